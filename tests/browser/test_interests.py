"""Somebody new says what they like, in Chromium through a real edge; behind the edge is a small stand-in."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.scenarios import in_chromium
from tests.browser.small_site import PASSWORD, USER, Site
from tests.local.tiny_origin import Asked

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]
CLIPS = [{"video_id": "a", "tags": ["dogs", "Sea"]}, {"video_id": "b", "tags": ["sea", "بحر"]}]
NOTHING: dict[str, Any] = {"items": [], "cursor": None}


class Choices:
    """What ann chose, as the API keeps it."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {"tags": [], "languages": []}

    def put(self, asked: Asked) -> tuple[int, Any]:
        self.kept = json.loads(asked.body)
        return 200, self.kept

    def answers(self) -> dict[str, Any]:
        return {
            "GET /api/v1/me/interests": lambda _: (200, self.kept),
            "PUT /api/v1/me/interests": self.put,
            "GET /api/v1/me/likes": lambda _: (200, NOTHING),
            f"GET /api/v1/users/{USER}/following": lambda _: (200, NOTHING),
            "GET /api/v1/feed/latest": lambda _: (200, {"items": CLIPS, "cursor": None}),
        }


@pytest.fixture
def choices(site: Site) -> Iterator[Choices]:
    """The site knows nothing of ann; afterwards it is as before, or the card lay over the feed of other tests."""
    made, before = Choices(), dict(site.origin.answers)
    site.origin.answers |= made.answers()
    yield made
    site.origin.answers.clear()
    site.origin.answers |= before


def test_somebody_new_is_asked_once_and_says_by_keyboard_what_they_like(site: Site, choices: Choices) -> None:
    pictures = os.environ.get("REELSTACK_SCREENSHOTS", "")
    picture = pictures and f"{pictures}/interests"
    found = in_chromium("interests", url=site.url, username=USER, password=PASSWORD, screenshot=picture)
    assert found["announced"] == "What do you like?"
    assert found["offered"] == ["#Sea", "#dogs", "#بحر"]
    assert found["pressed"] == ["#Sea", "#Kites"], "what is typed twice is chosen once"
    assert found["counted"] == "2 of 20 chosen"
    assert found["offline"] == "That did not work. Try again once you are online."
    assert found["saved"] == ["/", "Saved. The next clips go by it."]
    assert choices.kept == {"tags": ["Sea", "Kites"], "languages": []}
    assert found["again"] == [0, False], "neither the card, nor a request for it"
    assert found["settings"] == found["kept"] == ["#Sea", "#Kites"]
    assert (found["card"], found["page"], found["arabic"]) == ([], [], ["rtl"]), "axe, and the width of a phone"
    assert found["back"] == "/settings"
    assert found["complaints"] == []
