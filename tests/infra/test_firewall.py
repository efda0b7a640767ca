"""The firewall, as the template says it: what it refuses, what it only counts, and what a refused client reads."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.edge.managed_rules import GROUPS, ManagedGroup
from infra.stages import STAGES
from reelstack.errors import RequestBlocked, TooManyRequests
from tests.infra.test_delivery import THROUGH, stacks

CORE, KNOWN = "awswaf:managed:aws:core-rule-set", "awswaf:managed:aws:known-bad-inputs"
BODY_RULES = {
    "AWSManagedRulesCommonRuleSet": {
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "SizeRestrictions_BODY",
    },
    "AWSManagedRulesKnownBadInputsRuleSet": {"JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"},
}
"""As the AWS WAF developer guide lists them under "Baseline rule groups"."""
CAPACITY_AT_THE_BASE_PRICE = 1500
"""Capacity units (WCU) of a web ACL; above it, every request costs more."""
Rule = dict[str, Any]


def acl(**changes: Any) -> dict[str, Any]:
    _, edge_global = stacks(**changes)
    (found,) = edge_global.find_resources("AWS::WAFv2::WebACL").values()
    properties: dict[str, Any] = found["Properties"]
    return properties


def rules(**changes: Any) -> dict[str, Rule]:
    return {rule["Name"]: rule for rule in acl(**changes)["Rules"]}


def managed(**changes: Any) -> dict[str, Rule]:
    """The rules that refer to groups of AWS, by the group's name."""
    referring = (rule for rule in rules(**changes).values() if "ManagedRuleGroupStatement" in rule["Statement"])
    return {rule["Statement"]["ManagedRuleGroupStatement"]["Name"]: rule for rule in referring}


def labels(statement: Any) -> Iterator[str]:
    """Of every label match in a statement, however deep."""
    if isinstance(statement, dict):
        if "LabelMatchStatement" in statement:
            yield statement["LabelMatchStatement"]["Key"]
        for inner in statement.values():
            yield from labels(inner)
    elif isinstance(statement, list):
        for inner in statement:
            yield from labels(inner)


def matches(statement: dict[str, Any], path: str, labelled: set[str]) -> bool:
    """What AWS WAF would make of a statement of ours, for a request to `path` with labels."""
    ((kind, said),) = statement.items()
    if kind == "OrStatement":
        return any(matches(one, path, labelled) for one in said["Statements"])
    if kind == "AndStatement":
        return all(matches(one, path, labelled) for one in said["Statements"])
    if kind == "NotStatement":
        return not matches(said["Statement"], path, labelled)
    if kind == "LabelMatchStatement":
        return said["Key"] in labelled
    assert (kind, said["PositionalConstraint"]) == ("ByteMatchStatement", "STARTS_WITH")
    return path.startswith(said["SearchString"])


def refused(path: str, *labelled: str, **changes: Any) -> bool:
    return matches(rules(**changes)["KnownAttacks"]["Statement"], path, set(labelled))


def test_every_managed_rule_that_reads_bodies_counts() -> None:
    found = managed()
    assert set(found) == set(BODY_RULES)
    for group, of_bodies in BODY_RULES.items():
        overrides = found[group]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
        counting = {one["Name"] for one in overrides if one["ActionToUse"] == {"Count": {}}}
        assert {rule for rule in counting if "_BODY" in rule} == of_bodies


@pytest.mark.parametrize("group", BODY_RULES)
def test_a_rule_that_aws_adds_to_a_group_counts_until_it_is_listed(group: str) -> None:
    rule = managed()[group]
    assert rule["OverrideAction"] == {"Count": {}}
    assert "ScopeDownStatement" not in rule["Statement"]["ManagedRuleGroupStatement"]


def test_no_rule_refuses_by_what_a_body_holds() -> None:
    blocking = [rule for rule in rules().values() if "Block" in rule.get("Action", {})]
    assert {rule["Name"] for rule in blocking} == {"ApiRate", "KnownAttacks"}
    for rule in blocking:
        assert not [label for label in labels(rule["Statement"]) if label.endswith("_Body")]
        assert '"Body"' not in json.dumps(rule["Statement"])


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_what_is_no_body_and_no_searched_word_is_refused(group: ManagedGroup) -> None:
    for rule in group.labels:
        assert refused("/v1/videos", group.label(rule)) is ("_BODY" not in rule), rule


def test_a_body_rule_does_not_hide_what_another_rule_refuses() -> None:
    assert not refused("/v1/videos", f"{CORE}:CrossSiteScripting_Body")
    assert refused("/v1/videos", f"{CORE}:CrossSiteScripting_Body", f"{CORE}:GenericLFI_URIPath")


@pytest.mark.parametrize("label", [f"{CORE}:CrossSiteScripting_QueryArguments", f"{KNOWN}:Log4JRCE_QueryString"])
def test_people_search_for_whatever_they_like(label: str) -> None:
    assert refused("/v1/feed", label)
    assert not refused("/v1/search/videos", label)
    assert refused("/v1/search/videos", label, f"{CORE}:SizeRestrictions_QueryString")


def test_long_queries_of_presigned_addresses_pass_only_where_there_are_any() -> None:
    long_query = f"{CORE}:SizeRestrictions_QueryString"
    assert refused("/originals/x", long_query)
    assert not refused("/originals/x", long_query, **THROUGH)


def test_labels_are_matched_after_the_rules_that_set_them() -> None:
    priority = {name: rule["Priority"] for name, rule in rules().items()}
    assert len(set(priority.values())) == len(priority)
    assert max(priority, key=lambda name: priority[name]) == "KnownAttacks"


def test_one_address_sends_no_more_api_requests_than_the_setting_allows() -> None:
    rule = rules()["ApiRate"]
    rate = rule["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["AggregateKeyType"]) == (STAGES["prod"].edge_rate_limit, "IP")
    assert matches(rate["ScopeDownStatement"], "/v1/feed", set())
    assert not matches(rate["ScopeDownStatement"], "/v/clip/480p.mp4", set())
    (header,) = rule["Action"]["Block"]["CustomResponse"]["ResponseHeaders"]
    assert header == {"Name": "Retry-After", "Value": str(rate["EvaluationWindowSec"])}


@pytest.mark.parametrize(("rule", "error"), [("ApiRate", TooManyRequests), ("KnownAttacks", RequestBlocked)])
def test_a_refused_client_reads_a_problem_document(rule: str, error: type[RequestBlocked | TooManyRequests]) -> None:
    answer = rules()[rule]["Action"]["Block"]["CustomResponse"]
    body = acl()["CustomResponseBodies"][answer["CustomResponseBodyKey"]]
    said = json.loads(body["Content"])
    assert body["ContentType"] == "APPLICATION_JSON"
    assert answer["ResponseCode"] == said["status"] == error.status
    assert said["type"] == f"https://reelstack.dev/problems/{error.type}"
    assert said["title"] == error.title
    assert set(said) == {"type", "title", "status", "detail"}


def test_the_rules_fit_into_what_the_base_price_pays_for() -> None:
    """A group costs what AWS says, a label match 1, a match of the path's start 2, a rate 2."""
    text = json.dumps(acl()["Rules"])
    ours = text.count('"LabelMatchStatement"') + 2 * text.count('"ByteMatchStatement"') + 2
    assert sum(group.capacity_units for group in GROUPS) + ours <= CAPACITY_AT_THE_BASE_PRICE
