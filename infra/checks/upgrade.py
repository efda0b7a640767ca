"""The rules by which one version can be deployed over another while work is under way.

Each rule takes the baseline of the old version and that of the new, and yields what breaks; empty if nothing does.
"""

from collections.abc import Callable, Iterator
from typing import Any

from infra.checks.baseline import Baseline, required
from infra.checks.exports import conflicts
from reelstack.tables.registry import TABLES

HOLDING_DATA = (
    "AWS::CloudFront::KeyValueStore",
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
)
"""Types that must keep their place: CloudFormation would make an empty one in the place of the one with the data."""

Rule = Callable[[Baseline, Baseline], Iterator[str]]
Place = tuple[str, str]
"""A stack and a logical id."""


def data_stays(old: Baseline, new: Baseline) -> Iterator[str]:
    """Whatever holds data has the same stack, logical id and type."""
    found = _by_place(new)
    for place, resource in _by_place(old).items():
        if resource["type"] in HOLDING_DATA and found.get(place, {}).get("type") != resource["type"]:
            yield f"{' '.join(place)} held data as {resource['type']} and is gone"


def names_stay(old: Baseline, new: Baseline) -> Iterator[str]:
    """A physical name does not move to another stack or logical id: the new one is made before the old one goes."""
    before = _by_name(old)
    for name, place in _by_name(new).items():
        if before.get(name, place) != place:
            yield f"{' '.join(name)} moved from {' '.join(before[name])} to {' '.join(place)}"


def types_stay(old: Baseline, new: Baseline) -> Iterator[str]:
    """CloudFormation refuses to change the type behind a logical id."""
    before = _by_place(old)
    for place, resource in _by_place(new).items():
        if before.get(place, resource)["type"] != resource["type"]:
            yield f"{' '.join(place)} changed its type to {resource['type']}"


def exports_stay(old: Baseline, new: Baseline) -> Iterator[str]:
    """An export that was in use is there as it was: the stack that exports is deployed before those that import."""
    yield from conflicts({name: old.exports[name] for name in old.imports}, new.exports)


def keys_stay(old: Baseline, new: Baseline) -> Iterator[str]:
    """A table's keys, its indexes' keys and the types of key attributes never change."""
    for name, before, after in _tables(old, new):
        if before["keys"] != after["keys"]:
            yield f"{name}: other keys would replace the table"
        for index in before["indexes"].keys() & after["indexes"].keys():
            if before["indexes"][index] != after["indexes"][index]:
                yield f"{name}: index {index} cannot be changed; add another and remove this one later"
        for attribute in before["types"].keys() & after["types"].keys():
            if before["types"][attribute] != after["types"][attribute]:
                yield f"{name}: {attribute} has another type"


def one_index_at_a_time(old: Baseline, new: Baseline) -> Iterator[str]:
    """DynamoDB creates or deletes one global secondary index of a table in one update."""
    for name, before, after in _tables(old, new):
        changed = sorted(before["indexes"].keys() ^ after["indexes"].keys())
        if len(changed) > 1:
            yield f"{name}: {', '.join(changed)} are added or removed in one version; DynamoDB takes one"


def streams_outlive_their_consumers(old: Baseline, new: Baseline) -> Iterator[str]:
    """A stream's ARN is an export: the version that takes its last consumer away keeps the stream."""
    for name, before, after in _tables(old, new):
        if before["consumers"] and before["stream"] != after["stream"]:
            yield f"{name}: its stream was followed by {', '.join(before['consumers'])}; change it one version later"


def steps_take_old_inputs(old: Baseline, new: Baseline) -> Iterator[str]:
    """Executions that run during the deployment call the steps they began with, with the inputs of their version."""
    for function, cases in old.steps.items():
        if function not in new.steps:
            yield f"step {function} is gone, and executions that began before still call it"
            continue
        wanted = set.intersection(*(paths(sample) for sample in new.steps[function].values()))
        for case, sample in cases.items():
            if missing := sorted(wanted - paths(sample)):
                yield f"step {function} wants {', '.join(missing)}, which {case} of the last version does not have"


def items_are_read(old: Baseline, new: Baseline) -> Iterator[str]:
    """Each model reads the items that its table holds, and finds in them what it requires."""
    models = {model.__name__: model for model in TABLES}
    for name, stored in old.items.items():
        if name not in models or name not in new.items:
            continue
        attributes = {a.attr_name: a for a in models[name].get_attributes().values()}
        full, smallest = stored
        wrong = [
            f"{name}.{attribute} was stored as {', '.join(value)} and is read as {attributes[attribute].attr_type}"
            for attribute, value in full.items()
            if attribute in attributes and attributes[attribute].attr_type not in value
        ]
        yield from wrong
        if not wrong:
            models[name].from_raw_data(dict(full))  # raises for what it cannot read
        for attribute, known in attributes.items():
            if required(known) and attribute not in smallest:
                yield f"{name}.{attribute} is required, and stored items lack it"


RULES: tuple[Rule, ...] = (
    data_stays,
    names_stay,
    types_stay,
    exports_stay,
    keys_stay,
    one_index_at_a_time,
    streams_outlive_their_consumers,
    steps_take_old_inputs,
    items_are_read,
)


def paths(sample: Any, above: str = "$") -> set[str]:
    """Every path that a sample has: $.upload.upload_id, $.renditions[].name"""
    if isinstance(sample, dict):
        found = {f"{above}.{key}" for key in sample}
        return found.union(*(paths(value, f"{above}.{key}") for key, value in sample.items()))
    if isinstance(sample, list):
        return set().union(*(paths(value, f"{above}[]") for value in sample))
    return set()


def _by_place(baseline: Baseline) -> dict[Place, dict[str, str]]:
    return {(stack, key): found for stack, held in baseline.resources.items() for key, found in held.items()}


def _by_name(baseline: Baseline) -> dict[tuple[str, str], Place]:
    """(type, physical name) -> place."""
    places = _by_place(baseline)
    return {(found["type"], found["name"]): place for place, found in places.items() if "name" in found}


def _tables(old: Baseline, new: Baseline) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for name in sorted(old.tables.keys() & new.tables.keys()):
        yield name, old.tables[name], new.tables[name]
