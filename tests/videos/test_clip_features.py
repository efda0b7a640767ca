"""What the daily profiles say of clips: the newest row stays, whatever comes twice, late or out of order."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from functions.videos.load_clip_features.handler import handler as load_clip_features
from reelstack.platform import storage
from reelstack.platform.daily_files import Loaded
from reelstack.tables.videos import Video
from reelstack.videos import clip_features
from reelstack.videos.clip_features import ClipFeatures

pytestmark = pytest.mark.usefixtures("aws")


def video(video_id: str = "v1", state: str = "published") -> None:
    Video(video_id, owner_id="ann", title="x", upload_id="u", created_at=1, state=state).save()


def kept(video_id: str = "v1") -> tuple[float | None, float | None]:
    found = Video.get(video_id, consistent_read=True)
    return found.quality, found.exposure


def test_the_newest_row_stays_whatever_comes_late_or_twice() -> None:
    video()
    old, new = ClipFeatures("v1", 0.2, 10, 100), ClipFeatures("v1", 0.654321, 30, 200)
    assert [clip_features.keep([row]) for row in (new, old, new)] == [1, 0, 0]
    assert kept() == (0.6543, 30)


def test_rows_of_clips_that_are_deleted_or_unknown_make_nothing() -> None:
    video("gone", state="deleted")
    assert clip_features.keep([ClipFeatures(one, 0.5, 1, 100) for one in ("gone", "never")]) == 0
    assert kept("gone") == (None, None)
    assert Video.count("never") == 0


@pytest.mark.parametrize("row", [(1.1, 1, 1), (-0.1, 1, 1), (float("nan"), 1, 1), (0.5, -1, 1), (0.5, 1, 0)])
def test_an_impossible_row_is_left_out_and_the_others_are_kept(row: tuple[float, int, int]) -> None:
    video()
    video("v2")
    lines = [json.dumps(asdict(one)).encode() for one in (ClipFeatures("v1", *row), ClipFeatures("v2", 0.5, 1, 100))]
    assert clip_features.load([b'{"video_id": "v1"}', *lines], 0, until=9e9) == Loaded(None, refused=2)
    assert (kept("v1"), kept("v2")) == ((None, None), (0.5, 1))


def test_a_day_of_the_job_is_kept_from_the_line_where_a_call_left_off(
    event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    context.get_remaining_time_in_millis = lambda: 900_000
    for name in ("v1", "v2"):
        video(name)
    lines = [json.dumps({"video_id": name, "quality": 0.5, "exposure": 7, "computed_at": 9}) for name in ("v1", "v2")]
    key = clip_features.key_of_file(date(2026, 11, 28))
    storage.write("data", key, "\n".join(lines).encode(), "application/x-ndjson", storage.NEVER)
    given = event("videos/load_clip_features.ok")
    assert load_clip_features(given | {"line": 1}, context) == {"done": True, "line": 0, "refused": 0}
    assert (kept("v1"), kept("v2")) == ((None, None), (0.5, 7))
    assert clip_features.load([one.encode() for one in lines], 1, until=0) == Loaded(1)
