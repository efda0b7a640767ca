"""One's own clips on the page, and its form for a new password, in Chromium; behind the edge is a small stand-in."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.scenarios import in_chromium
from tests.browser.small_site import MORE, NOTICE, PASSWORD, PLAYS, USER, Site, playback
from tests.local.tiny_origin import Asked

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]
DECLINED = "A moderator declined the clip."
WRONG = "The old password is not the one of this account"
TOLD = "The current password is not right."
NO_CLIPS: dict[str, Any] = {"items": [], "cursor": None}


class Productions:
    """Ann's clips: each time their list is read, they are a step further. As in the API, lists carry no progress."""

    def __init__(self) -> None:
        self.lists = 0

    def clips(self) -> list[dict[str, Any]]:
        step = min(self.lists, 3)
        cats = ("queued", "queued", "processing", "published")[step]
        dogs = ("review", "review", "review", "rejected")[step]
        poster = playback(PLAYS)["poster_url"] if cats == "published" else None
        found = [
            _clip("cats", "Cats", cats, 2, poster_url=poster, notices=[NOTICE] if poster else None),
            _clip("dogs", "Dogs", dogs, 1, reason_message=DECLINED if dogs == "rejected" else None),
        ]
        return found if self.lists < 4 else [_clip("birds", "Birds", "queued", 3), *found]

    def listed(self, _: Asked) -> tuple[int, Any]:
        self.lists += 1
        return 200, {"items": self.clips(), "cursor": None}

    def one(self, asked: Asked) -> tuple[int, Any]:
        (clip,) = [clip for clip in self.clips() if asked.path.endswith(clip["video_id"])]
        encoding = {"stage": "encoding", "renditions_done": 3, "renditions_total": 8, "remaining_seconds": 130}
        waiting = {"stage": "queued", "renditions_done": 0, "renditions_total": None, "remaining_seconds": 40}
        return 200, clip | {"progress": {"queued": waiting, "processing": encoding}.get(clip["state"])}


def _clip(video_id: str, title: str, state: str, created_at: int, **more: Any) -> dict[str, Any]:
    author = {"id": "ann", "handle": "ann", "display_name": "Ann"}
    none = {"reason_message": None, "reason_detail": None, "color": "#336699", "poster_url": None, "notices": None}
    told = {"video_id": video_id, "title": title, "state": state, "created_at": created_at, "attempt": 1}
    return told | none | {"author": author} | more


def test_a_creator_watches_clips_on_their_way_to_the_end(site: Site, tmp_path: Path) -> None:
    making = Productions()
    answers = {f"GET /api/v1/videos/{video_id}": making.one for video_id in ("cats", "dogs", "birds")}
    site.origin.answers |= answers | {"GET /api/v1/videos": making.listed}
    picture = str(tmp_path / "page")
    found = in_chromium("own", url=site.url, username=USER, password=PASSWORD, screenshot=picture, next=MORE[0])
    waiting = {"link": None, "bar": None, "poster": False}
    assert found["queued"] == waiting | {"state": "Queued", "how-far": "about 40 s left"}
    assert found["review"] == waiting | {"state": "In review"}
    encoding = {"state": "In production", "how-far": "encoding, 3 of 8 renditions, about 2 min left", "bar": 3 / 8}
    assert found["production"] == waiting | encoding
    assert found["published"] == {
        "state": "Published",
        "notices": NOTICE["message"],
        "link": "/@ann/cats",
        "bar": None,
        "poster": True,
    }
    assert found["rejected"] == waiting | {"state": "Rejected", "reason": DECLINED}
    assert found["said"] == f"Cats: Published Dogs: Rejected. {DECLINED}"
    assert found["askedWhenAllWasOver"] == 0
    assert found["order"] == ["Birds", "Cats", "Dogs"]
    assert (found["problems"], found["complaints"]) == ([], [])


def test_a_password_is_changed_on_the_page_and_a_refusal_says_why(site: Site) -> None:
    given: list[dict[str, str]] = []

    def change(asked: Asked) -> tuple[int, Any]:
        given.append(json.loads(asked.body))
        if given[-1]["old_password"] != PASSWORD:
            return 403, {"type": "https://reelstack.dev/problems/password-wrong", "title": WRONG, "detail": WRONG}
        return 204, None

    site.origin.answers |= {"POST /api/v1/me/password": change, "GET /api/v1/videos": lambda _: (200, NO_CLIPS)}
    found = in_chromium("password", url=site.url, username=USER, password=PASSWORD, wanted="Zebra-9!", refusal=TOLD)
    assert found == {
        "differs": "The new password and its repetition differ.",
        "refused": TOLD,
        "changed": "Your password is changed, and you are signed out everywhere else. "
        "Here you will be asked for the new one within the hour.",
        "left": "",
        "problems": 0,
        "complaints": [],
    }
    assert given == [{"old_password": old, "new_password": "Zebra-9!"} for old in ("guessed", PASSWORD)]
