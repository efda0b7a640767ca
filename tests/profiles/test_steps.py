"""The steps as data."""

import argparse
import re
from pathlib import Path
from typing import Any

import pytest

from jobs.profiles import arguments, days, steps

ROOT = Path(__file__).parent.parent.parent


def test_the_page_names_every_step_in_its_order() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/profiles.md").read_text(), flags=re.MULTILINE)
    assert rows == [step.name for step in steps.STEPS + steps.OTHERS]


def test_only_collecting_and_erasing_go_past_the_gates() -> None:
    assert [name for name, step in steps.BY_NAME.items() if not step.gated] == ["collect", "erase"]


def test_a_back_fill_goes_over_the_ends_of_months_in_order() -> None:
    assert days.through("2026-02-27", "2026-03-01") == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert days.through("2026-02-27", "2026-02-26") == []
    assert days.end_ms("2026-02-28") == days.start_ms("2026-03-01")


@pytest.mark.parametrize(
    ("named", "given", "fault"),
    [
        (["lists", "erase"], {"viewers": "gone.txt"}, ""),
        (["collect"], {"through": "2026-12-01", "despite": "volume,holes"}, ""),
        (["colect"], {}, "no such step: colect"),
        (["collect"], {"despite": "hole"}, "no such gate: hole"),
        (["collect"], {"day": "2026-1-1"}, "no day"),
        (["collect"], {"day": "20261122"}, "no day"),
        (["collect"], {"day": "../2026-11-22"}, "no day"),
        (["collect"], {"through": "2026-11-31"}, "no day"),
        (["collect"], {"through": "2026-11-21"}, "--through"),
        (["erase"], {}, "--viewers"),
        (["lists"], {"most": 0}, "--most"),
    ],
)
def test_wrong_arguments_are_told_before_anything_runs(named: list[str], given: dict[str, Any], fault: str) -> None:
    plain = {"day": "2026-11-22", "through": "", "despite": "", "viewers": "", "most": 5}
    found = arguments.faults(named, argparse.Namespace(**{**plain, **given}))
    assert len(found) == bool(fault)
    assert not fault or fault in found[0]
