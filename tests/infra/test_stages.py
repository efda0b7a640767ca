"""Every stage and profile synthesizes from the checkout alone."""

import json
from typing import Any

from infra.catalogue import ROOMS
from infra.stacks.stage import CAPABILITIES
from infra.stages import STAGES
from local.stacks import is_of
from tests.infra.templates import Assembly

MAX_RESOURCES, MAX_OUTPUTS, MAX_TEMPLATE_BYTES = 500, 200, 1_000_000
FOUNDATION = {"State", "Api", "EdgeGlobal", "Delivery", "Monitoring"}
FEEDS = {"FeedA", "FeedB"}


def _stacks(assembly: Assembly) -> dict[str, dict[str, Any]]:
    manifest = json.loads((assembly.folder / "manifest.json").read_text())
    return {name: a for name, a in manifest["artifacts"].items() if a["type"] == "aws:cloudformation:stack"}


def test_nothing_has_to_be_looked_up_in_an_account(variant: Assembly) -> None:
    manifest = json.loads((variant.folder / "manifest.json").read_text())
    assert "missing" not in manifest


def test_every_stack_says_where_it_goes(variant: Assembly) -> None:
    settings = variant.settings
    where = {name: stack["environment"] for name, stack in _stacks(variant).items()}
    edge = where.pop(f"Reelstack-{settings.stage}-EdgeGlobal", None)
    assert edge == (f"aws://{settings.account}/us-east-1" if settings.firewall else None)
    assert set(where.values()) == {f"aws://{settings.account}/{settings.region}"}


def test_every_stack_is_found_as_one_of_its_stage(variant: Assembly) -> None:
    """So that `reelstack deploy` reads its outputs, and `reelstack destroy` empties its buckets."""
    assert all(is_of(variant.settings.stage, name) for name in _stacks(variant))


def test_profile_core_has_no_network_and_nothing_that_costs_by_the_hour(assemblies: dict[str, Assembly]) -> None:
    by_the_hour = ("AWS::EC2::", "AWS::ElastiCache::", "AWS::OpenSearch", "AWS::Kinesis::")
    for stage in ("dev", "prod"):
        core = assemblies[f"{stage}-core"]
        edge = set() if core.settings.firewall else {"EdgeGlobal"}
        assert set(core.templates) == FOUNDATION - edge | FEEDS | {stack.NAME for stack in CAPABILITIES}
        assert not [resource.path for resource in core.resources if resource.type.startswith(by_the_hour)]


def test_profiles_differ_in_nothing_but_the_network_and_its_engines(
    assemblies: dict[str, Assembly],
) -> None:
    core, full = assemblies["prod-core"], assemblies["prod-full"]
    added = {r.path for r in full.resources} - {r.path for r in core.resources}
    alarms = ("Monitoring/Alarms/Search", "Monitoring/Alarms/Cache", "FeedA/Alarms/", "FeedB/Alarms/")
    of_state = {path for path in added if path.startswith("State/")}
    assert of_state == {"State/EventStream", "State/Data", "State/Data/Policy"}
    of_jobs = tuple(
        f"Discovery/{path}"
        for path in (
            *("ArchiveEvents/KinesisEventSource", "ArchiveEventsDead", "ArchiveEventsRole/DefaultPolicy"),
            *("Alarms/ArchiveEventsLate", "Alarms/ArchiveEventsDeadFilled"),
            *("Alarms/FeedAtLevel", "Alarms/FeedSourceEmpty", "Alarms/FeedTableOld", "Alarms/FeedScoreDrifts"),
            *("Spark/", "ProfilesMachine", "Alarms/ProfilesMachine", "MeasureInterestsSchedule"),
        )
    )
    of_jobs += ("People/Alarms/EventErasureMachine", "Videos/WarmEdgeSchedule")
    stacks = {path.split("/")[0] for path in added - of_state if not path.startswith((*alarms, *of_jobs))}
    assert stacks == {"Network", "Engines", "Interests"}
    assert {r.path for r in core.resources} < {r.path for r in full.resources}


def test_a_production_stage_keeps_its_data_and_a_development_stage_leaves_none(
    assemblies: dict[str, Assembly],
) -> None:
    kept = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret")
    for name, policy in (("prod-full", "Retain"), ("dev-core", "Delete")):
        found = {
            r.path: (r.whole["DeletionPolicy"], r.whole["UpdateReplacePolicy"]) for r in assemblies[name].of(*kept)
        }
        assert set(found.values()) == {(policy, policy)}, found


def test_no_stack_uses_more_than_60_percent_of_a_limit(variant: Assembly) -> None:
    """What CloudFormation takes of one stack. The rest is room for the rooms to come."""
    for path in variant.folder.glob("*.template.json"):
        template = json.loads(path.read_text())
        assert len(template["Resources"]) <= 0.6 * MAX_RESOURCES, path.name
        assert len(template.get("Outputs", {})) <= 0.6 * MAX_OUTPUTS, path.name
        assert path.stat().st_size <= 0.6 * MAX_TEMPLATE_BYTES, path.name


def test_every_room_is_deployed_by_exactly_one_stack() -> None:
    assert sorted(room for stack in CAPABILITIES for room in stack.ROOMS) == sorted(ROOMS)


def test_the_laptop_is_a_stage_like_the_others() -> None:
    assert set(STAGES) == {"dev", "prod", "local"}
    assert [name for name, settings in STAGES.items() if settings.is_local] == ["local"]
