"""The steps as data."""

import re
from pathlib import Path

from jobs.profiles import days, steps

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
