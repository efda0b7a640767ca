"""The daily job is told when and where clips were published; a part that ended is gone on from."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.videos.export_catalogue.handler import handler as export_catalogue
from reelstack.platform import aws as seam
from reelstack.platform import storage
from reelstack.platform.config import Config
from reelstack.tables.videos import Video
from reelstack.videos import catalogue

MADE: dict[str, Any] = {"owner_id": "ann", "title": "x", "upload_id": "u", "created_at": 1, "state": "published"}


def rows() -> dict[str, tuple[int, str]]:
    keys = storage.list_keys("data", catalogue.PREFIX)
    bodies = [seam.client("s3").get_object(Bucket="data", Key=key)["Body"].read() for key in keys]
    found = [json.loads(line) for body in bodies for line in body.splitlines()]
    return {row["video_id"]: (row["published_at"], row["region"]) for row in found}


@pytest.fixture(autouse=True)
def videos(aws: Config) -> None:
    for number in range(5):
        Video(f"v{number}", **MADE, published_at=number + 1).save()
    Video("v5", **MADE, published_at=6, region="DE").save()
    Video("draft", **MADE | {"state": "uploading"}).save()


def test_each_published_clip_is_told_and_again_changes_nothing(
    event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    context.get_remaining_time_in_millis = lambda: 900_000
    for _ in range(2):
        answer = export_catalogue(event("videos/export_catalogue.ok"), context)
        assert answer == {"done": True, "part": 1, "cursor": ""}
        assert rows() == {**{f"v{number}": (number + 1, "") for number in range(5)}, "v5": (6, "DE")}


def test_what_took_too_long_goes_on_in_another_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "PAGE", 2)
    made = catalogue.export(0, None, until=0)
    while not made.done:
        made = catalogue.export(made.part, made.cursor, until=0)
    assert made.part == len(storage.list_keys("data", catalogue.PREFIX)) == 4
    assert len(rows()) == 6
