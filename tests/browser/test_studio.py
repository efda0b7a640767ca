"""Pages of creators and staff, in Chromium over canned answers: sizes, axe-core in both languages, and keys."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from infra.edge.content_security import content_security_policy
from tests.browser.scenarios import in_chromium

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.xdist_group("page")]

ROUTE_BYTES = 60_000
"""Of JavaScript that a page may add to the shell, compressed."""
ROUTES = ("upload", "analytics", "review", "operations")
ONLY = ("uplot", "MediaRecorder", "redrive")
"""What code of these pages says, and nothing that a viewer loads."""


@pytest.fixture(scope="module")
def found(files: Path) -> dict[str, Any]:
    return in_chromium("studio", page=str(files / "page"), csp=content_security_policy(()))


def loaded(page: Path, start: str) -> set[str]:
    """The chunk and all that it imports when it starts."""
    todo, seen = [start], set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', (page / "assets" / name).read_text())
    return seen


def test_a_page_adds_little_to_the_shell_and_a_viewer_loads_none_of_it(files: Path) -> None:
    page = files / "page"
    (start,) = re.findall(r'<script[^>]* src="/assets/([^"]+)"', (page / "index.html").read_text())
    shell = loaded(page, start)
    assert not [word for word in ONLY for name in shell if word in (page / "assets" / name).read_text()]
    for route in ROUTES:
        chunk = max((page / "assets").glob(f"{route}-*.js"), key=lambda path: path.stat().st_size)
        added = loaded(page, chunk.name) - shell
        size = sum(len(gzip.compress((page / "assets" / name).read_bytes(), 9)) for name in added)
        assert size <= ROUTE_BYTES, (route, size)


def test_no_page_has_a_serious_finding_of_axe_in_either_language(found: dict[str, Any]) -> None:
    assert {name for name in found["serious"] if name.endswith("-ar")} == {f"{route}-ar" for route in ROUTES}
    assert {name: says for name, says in found["serious"].items() if says} == {}
    assert found["overflows"] == [], "wider than a phone"
    assert found["complaints"] == []


def test_a_creator_sees_curves_and_the_same_numbers_as_a_table(found: dict[str, Any]) -> None:
    assert found["tiles"] == ["18K", "67.6 hr", "39%"]
    assert found["rows"] == 28
    assert found["charts"][0] == "How far it is watched"
    assert found["chartsOfNew"] == 0, "a chart of no day says nothing"
    beside_list, not_yet, live = found["live"]
    assert beside_list.startswith("The number beside a clip is of all plays until now")
    assert not_yet.startswith("Nothing was counted yet")
    assert live.startswith("“Plays until now” has all plays")
    assert found["title"] == "My day"


def test_a_moderator_decides_by_keys_alone(found: dict[str, Any]) -> None:
    assert found["blurred"] == ["true", "false"]
    assert found["held"].startswith("@mia has claimed it")
    assert found["notes"] == ["Words in more than one script: a second reader may be needed."]
    assert found["decidedWhileWriting"] == [], "no key decides while somebody writes"
    rejected, approved = found["decided"]
    assert approved == ["v1", "approve", ""]
    assert rejected[:2] == ["v2", "reject"]
    english, arabic, more = rejected[2].split("\n")
    assert (english, more) == ("It is spam or misleads people.", "Second time.")
    assert re.search("[\u0600-\u06ff]", arabic), "the reason in the app's other language"


def test_an_operator_sends_dead_letters_again(found: dict[str, Any]) -> None:
    assert found["moved"] == "2 orders went back to their queue"


def test_a_look_at_the_level_of_the_feed_uses_up_nobodys_clips(found: dict[str, Any]) -> None:
    assert found["level"] == ["1", "nobody"]
