"""The app by keyboard, by ear and by axe, in Chromium; behind the edge is a small stand-in."""

import json
import os
from typing import Any

import pytest

from tests.browser.scenarios import in_chromium
from tests.browser.small_site import PASSWORD, PLAYS, USER, Site
from tests.local.tiny_origin import Asked

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.xdist_group("page")]
PATHS = ("/", "/sign-up", "/search?q=x", "/inbox", "/me", "/clips", "/bookmarks", "/interests", "/settings")
AUTHOR = {"id": "bob", "handle": "bob", "display_name": "Bob", "avatar": None, "following": False}


def _comment(comment_id: str, text: str, author_id: str = "bob") -> dict[str, Any]:
    told = {"comment_id": comment_id, "video_id": PLAYS, "author_id": author_id, "text": text, "mentions": []}
    none = {"state": "visible", "created_at": 0, "edited_at": None, "likes": 1, "replies": 0, "liked": False}
    return told | none | {"pinned": False, "author": AUTHOR}


@pytest.fixture
def talked_about(site: Site) -> Site:
    """The site with a clip that has a comment and takes others, a notification, and lists of clips."""
    at = "/api/v1/videos"
    listed = site.origin.answers["GET /api/v1/feed"](Asked("GET", "/v1/feed", {}, b""))[1]["items"][:1]

    def comment(asked: Asked) -> tuple[int, Any]:
        return 201, _comment("c2", json.loads(asked.body)["text"], USER)

    notice: dict[str, Any] = {
        "subject": "like:plays",
        "kind": "like",
        "video_id": PLAYS,
        "about_comment_id": None,
        "comment_id": None,
    }
    notice |= {"people": ["bob"], "users": [AUTHOR], "count": 2, "at": 1_700_000_000_000, "unread": True}
    page = {"items": listed, "cursor": None}
    site.origin.answers |= {
        f"GET {at}/{PLAYS}/comments": lambda _: (
            200,
            {"pinned": None, "items": [_comment("c1", "First!")], "cursor": None},
        ),
        f"POST {at}/{PLAYS}/comments": comment,
        f"PUT {at}/{PLAYS}/bookmark": lambda _: (204, None),
        f"PUT /api/v1/feed/hidden/videos/{PLAYS}": lambda _: (204, None),
        "GET /api/v1/me/notifications": lambda _: (200, {"items": [notice], "cursor": None}),
        "PUT /api/v1/me/notifications/read": lambda _: (200, {"unread": 0}),
        "GET /api/v1/search/videos": lambda _: (200, page),
        "GET /api/v1/feed/latest": lambda _: (200, page),
        f"GET /api/v1/users/{USER}/videos": lambda _: (200, page),
        "GET /api/v1/me/bookmarks": lambda _: (200, {"items": [], "cursor": None}),
        f"GET /api/v1/users/{USER}/follow": lambda _: (
            200,
            {"user_id": USER, "state": None, "follows_you": False, "followers": 3, "following": 1},
        ),
        "GET /api/v1/videos": lambda _: (200, {"items": [], "cursor": None}),
    }
    return site


def test_every_flow_by_keyboard_and_every_page_without_a_grave_fault(talked_about: Site) -> None:
    pictures = os.environ.get("REELSTACK_SCREENSHOTS", "")
    given = {"paths": PATHS, "screenshot": pictures and f"{pictures}/app"}
    found = in_chromium("flows", url=talked_about.url, username=USER, password=PASSWORD, **given)
    assert found["exposed"] == 1, "one article, however many nodes there are"
    assert found["announced"] == "Clip 2: Refuses likes, by @bob"
    assert (found["comments"], found["counted"]) == (2, "Comments, 1 comment")
    assert found["after"] == "Refuses likes"
    assert found["graveInSheet"] == []
    assert found["grave"] == {}
    assert (found["en"], found["ar"]) == (["en", "ltr"], ["ar", "rtl"])
    assert found["complaints"] == []


def test_without_a_network_the_app_opens_and_a_like_waits(site: Site) -> None:
    found = in_chromium("offline", url=site.url, username=USER, password=PASSWORD)
    failed, offline = "That did not work. Try again once you are online.", "You are offline. What you like is sent"
    assert (found["refused"][0], found["refused"][2:]) == (failed, [0, "false"]), "of a bookmark"
    assert found["refused"][1].startswith(offline), "and that is said there alone"
    assert (found["liked"], found["opened"]) == ("true", True)
    assert found["sent"] == f"/v1/videos/{PLAYS}/like"
    assert found["complaints"] == []
