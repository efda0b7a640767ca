"""cdk-nag's findings: each one explained, none explained that is not there. (Synthesizing raises at an unexplained.)"""

import json
from typing import Any

from infra.checks.anywhere import ANYWHERE
from tests.infra.templates import Assembly


def _reports(assembly: Assembly) -> dict[str, dict[str, Any]]:
    report = json.loads((assembly.folder / "validation-report.json").read_text())
    return {plugin["pluginName"]: plugin for plugin in report["pluginReports"]}


def _acknowledged(assembly: Assembly) -> dict[tuple[str, str], str]:
    """(construct path, rule) -> reason, as the app says it."""
    return {
        (path.removeprefix("/"), rule): reason
        for file in assembly.folder.glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule, reason in entry["data"].items()
        if rule.startswith("AwsSolutions::")
    }


def test_cdk_nag_looked_and_found_nothing_unexplained(variant: Assembly) -> None:
    report = _reports(variant)["AwsSolutions"]
    assert report["conclusion"] == "success"
    assert report["violations"] == []
    assert report["suppressedViolations"]


def test_no_exception_outlives_what_it_was_made_for(variant: Assembly) -> None:
    suppressed = _reports(variant)["AwsSolutions"]["suppressedViolations"]
    used = {(found["acknowledgedAt"], found["acknowledgedId"]) for found in suppressed}
    assert set(_acknowledged(variant)) - used == set()


def test_every_exception_has_a_reason_of_its_own(variant: Assembly) -> None:
    assert all(len(reason.split()) >= 6 for reason in _acknowledged(variant).values())
    assert all(len(reason.split()) >= 5 for reason in ANYWHERE.values())


def test_checkov_is_told_its_exceptions_with_a_reason(variant: Assembly) -> None:
    skips = [s for r in variant.resources for s in r.whole["Metadata"].get("checkov", {}).get("skip", [])]
    assert {skip["id"] for skip in skips} >= {"CKV_AWS_18", "CKV_AWS_21"}
    assert all(len(skip["comment"].split()) >= 6 for skip in skips)
