"""What production changed about a clip is told to its owner, and to nobody else who may see it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.output import video_lines
from reelstack.media.notices import MESSAGES, Notice
from reelstack.tables.videos import Video
from reelstack_client import Video as Answered

Call = Callable[..., Any]
DROPPED = {"code": "sound-dropped", "message": MESSAGES[Notice.SOUND_DROPPED]}
ASSET = {"prefix": "v/vid/1/", "master": "master.m3u8", "notices": ["sound-dropped", "a-code-of-a-later-release"]}


def make(**changes: Any) -> None:
    item: dict[str, Any] = {"owner_id": "ann", "title": "Bunny", "state": "published", "upload_id": "u1"}
    Video("vid", **{**item, "created_at": 1, "published_at": 2, "shard": 3, "asset": ASSET, **changes}).save()


@pytest.mark.parametrize(("service", "path"), [("videos", "/v1/videos/vid"), ("feed", "/v1/feed/latest")])
def test_only_the_owner_is_told_what_was_changed(call: Call, service: str, path: str) -> None:
    make()
    told = {}
    for user in ("ann", "bob"):
        answer = call(service, "GET", path, user=user).json
        told[user] = (answer["items"][0] if "items" in answer else answer)["notices"]
    assert told == {"ann": [DROPPED], "bob": None}


def test_the_owner_is_told_as_soon_as_there_is_a_preview(call: Call) -> None:
    make(state="processing", asset=None, preview=ASSET)
    assert call("videos", "GET", "/v1/videos/vid").json["notices"] == [DROPPED]
    assert call("videos", "GET", "/v1/videos").json["items"][0]["notices"] == [DROPPED]


def test_a_clip_of_an_earlier_release_has_no_notices(call: Call) -> None:
    make(asset={"prefix": "v/vid/1/", "master": "master.m3u8"})
    assert call("videos", "GET", "/v1/videos/vid").json["notices"] == []


def test_the_command_line_prints_notices_below_the_clip() -> None:
    video = Answered.model_validate(
        {"video_id": "vid", "owner_id": "ann", "title": "Bunny", "state": "published", "notices": [DROPPED]}
    )
    lines = video_lines(video)
    assert len(lines) == 2
    assert lines[1].strip() == DROPPED["message"]


def test_each_code_has_a_message_and_a_line_in_the_docs() -> None:
    section = Path("docs/uploads.md").read_text().split("## What was made of the file")[1].split("\n## ")[0]
    described = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    assert set(described) == set(MESSAGES) == set(Notice)
