"""The baseline of a version: what a later version finds in the account that it is deployed into.

    python -m infra.checks.baseline     writes tests/upgrade/<version of pyproject.toml>/

It is written once, when a version is done, and committed; the tests of later versions compare themselves to the newest
(infra/checks/upgrade.py says with which rules). Files, all JSON:

    resources   stack -> logical id -> type, and the physical name where it is fixed
    tables      table name -> keys, attribute types, indexes, stream, its consumers, expiry
    exports     every export with its value
    imports     the exports that some stack imports
    steps       function -> case -> input of a step, from events/
    events      function -> case -> event of any other function, from events/
    items       model -> items: the fullest and the smallest that the model writes
"""

import json
import tempfile
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from packaging.version import Version
from pynamodb.attributes import Attribute
from pynamodb.models import Model

from infra import ROOT
from infra.catalogue import FUNCTIONS
from infra.checks.exports import Template, exported, imported, read_templates
from infra.checks.variants import synthesize, variants
from reelstack.tables.registry import TABLES

FOLDER = ROOT / "tests" / "upgrade"
VARIANT = "prod-full"
NAME_PROPERTIES = {
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ElastiCache::ServerlessCache": "ServerlessCacheName",
    "AWS::Events::EventBus": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::MediaConvert::Queue": "Name",
    "AWS::OpenSearchService::Domain": "DomainName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""Type -> the property with its physical name, which is unique in an account and region."""
SAMPLES: dict[str, Any] = {
    "UnicodeAttribute": "text",
    "NumberAttribute": 1,
    "NumberSetAttribute": {1},
    "BooleanAttribute": True,
    "JSONAttribute": {"key": "value"},
    "ListAttribute": ["text"],
    "UnicodeSetAttribute": {"text"},
    "MapAttribute": {"text": 1},
}
"""A value for each class of attribute. A new class needs one here."""


@dataclass(frozen=True)
class Baseline:
    resources: dict[str, dict[str, dict[str, str]]]
    tables: dict[str, dict[str, Any]]
    exports: dict[str, Any]
    imports: list[str]
    steps: dict[str, dict[str, Any]]
    events: dict[str, dict[str, Any]]
    items: dict[str, list[dict[str, Any]]]


def read(folder: Path) -> Baseline:
    names = [field.name for field in fields(Baseline)]
    return Baseline(**{name: json.loads((folder / f"{name}.json").read_text()) for name in names})


def write(baseline: Baseline, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in asdict(baseline).items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def folders() -> list[Path]:
    """The committed baselines, the oldest first."""
    found = [path for path in FOLDER.glob("*") if path.is_dir()] if FOLDER.is_dir() else []
    return sorted(found, key=lambda path: Version(path.name))


def newest() -> list[Baseline]:
    """The newest committed baseline; empty before there is one."""
    return [read(path) for path in folders()[-1:]]


def current(assembly: Path) -> Baseline:
    """The baseline of this checkout, whose production stage is synthesized in `assembly`."""
    templates = read_templates(assembly)
    steps = {line.name for line in FUNCTIONS if line.trigger == "step"}
    samples = _samples()
    return Baseline(
        resources={stack: _resources(template) for stack, template in templates.items()},
        tables=_tables(templates),
        exports=exported(templates),
        imports=sorted(imported(templates)),
        steps={name: cases for name, cases in samples.items() if name in steps},
        events={name: cases for name, cases in samples.items() if name not in steps},
        items={model.__name__: items(model) for model in TABLES},
    )


def _resources(template: Template) -> dict[str, dict[str, str]]:
    found = {}
    for logical_id, resource in template["Resources"].items():
        named = resource.get("Properties", {}).get(NAME_PROPERTIES.get(resource["Type"], ""))
        found[logical_id] = {"type": resource["Type"], **({"name": named} if isinstance(named, str) else {})}
    return found


def _tables(templates: dict[str, Template]) -> dict[str, dict[str, Any]]:
    consumers = _consumers()
    found = {}
    for template in templates.values():
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::DynamoDB::Table":
                described = resource["Properties"]
                model = resource["Metadata"]["aws:cdk:path"].split("/")[1]
                found[described["TableName"]] = _table(described) | {"consumers": consumers.get(model, [])}
    return found


def _table(described: dict[str, Any]) -> dict[str, Any]:
    indexes = {
        index["IndexName"]: {"keys": _keys(index["KeySchema"]), "projection": index["Projection"]}
        for index in described.get("GlobalSecondaryIndexes", [])
    }
    return {
        "keys": _keys(described["KeySchema"]),
        "types": {a["AttributeName"]: a["AttributeType"] for a in described["AttributeDefinitions"]},
        "indexes": indexes,
        "stream": described.get("StreamSpecification", {}).get("StreamViewType", ""),
        "expiry": described.get("TimeToLiveSpecification", {}).get("AttributeName", ""),
    }


def _keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema}


def _consumers() -> dict[str, list[str]]:
    """Model -> the functions that follow its stream."""
    found: dict[str, list[str]] = {}
    for line in FUNCTIONS:
        for followed in line.streams:
            found.setdefault(followed.__name__, []).append(line.name)
    return found


def _samples() -> dict[str, dict[str, Any]]:
    """events/<room>/<function>.<case>.json as function -> case -> content, by the names of the catalogue."""
    names, found = {line.place: line.name for line in FUNCTIONS}, dict[str, dict[str, Any]]()
    for path in sorted((ROOT / "events").rglob("*.json")):
        function, case = path.stem.split(".")
        found.setdefault(names[f"{path.parent.name}/{function}"], {})[case] = json.loads(path.read_text())
    return found


def items(model: type[Model]) -> list[dict[str, Any]]:
    """The fullest and the smallest item that the model writes, in DynamoDB's JSON."""
    attributes = model.get_attributes()
    full = {name: _sample(attribute) for name, attribute in attributes.items()}
    smallest = {name: value for name, value in full.items() if required(attributes[name])}
    return [model(**values).serialize() for values in (full, smallest)]


def required(attribute: Attribute[Any]) -> bool:
    """Whether no item is written without it unless its writer gives a value."""
    return not attribute.null and attribute.default is None


def _sample(attribute: Attribute[Any]) -> Any:
    return SAMPLES[type(attribute).__name__]


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with tempfile.TemporaryDirectory() as scratch:
        write(current(synthesize(variants()[VARIANT], Path(scratch) / VARIANT)), FOLDER / version)
    print(f"wrote {(FOLDER / version).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
