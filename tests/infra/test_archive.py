"""The consumer that archives behavior events, as the template starts it."""

from typing import Any

from infra.catalogue import FUNCTIONS
from infra.names import camel
from tests.infra.templates import Assembly, place, stack_of

(LINE,) = [line for line in FUNCTIONS if line.event_stream]


def _mappings(assembly: Assembly) -> list[dict[str, Any]]:
    return [
        mapping.properties
        for mapping in assembly.of("AWS::Lambda::EventSourceMapping")
        if assembly.flat(mapping.stack, mapping.properties["FunctionName"]) == place(LINE)
    ]


def test_events_are_gathered_for_a_minute_before_they_are_archived(prod: Assembly) -> None:
    (mapping,) = _mappings(prod)
    assert mapping["EventSourceArn"] == prod.arn("kinesis", f"stream/{prod.named('events')}")
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (10_000, 60)
    assert mapping.get("ParallelizationFactor", 1) == 1, "objects are named by the order within a shard"
    late = prod.at(f"{stack_of(LINE)}/Alarms/{camel(LINE.name)}Late").properties
    assert late["Threshold"] > 1000 * mapping["MaximumBatchingWindowInSeconds"], "a lone event waits for so long"


def test_without_a_stream_nothing_starts_it(assemblies: dict[str, Assembly]) -> None:
    assert not [_mappings(found) for name, found in assemblies.items() if name.endswith("-core") and _mappings(found)]
    assert _mappings(assemblies["dev-full"])
