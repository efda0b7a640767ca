"""Clips that everybody is about to be shown get all of their renditions, whoever has watched them so far."""

from typing import Any

import pytest

from functions.feed.update_hot_lists.handler import handler
from reelstack.feed import hot_lists, ready_pages, warm_lists
from reelstack.feed.hot_lists import Entry, HotList
from reelstack.feed.warm_stores import Copy
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, config
from reelstack.production import ladder_completion
from reelstack.tables.counters import Counter
from reelstack.tables.videos import Video
from reelstack.videos import videos

HOUR_MS = 3_600_000
BEGUN = {
    "prefix": "v/x/1/",
    "master": "master.m3u8",
    "poster": "poster.jpg",
    "sprites": "sprites.vtt",
    "duration_ms": 5280,
    "width": 1280,
    "height": 720,
    "renditions": [],
    "left_out": ["hevc-480"],
}


@pytest.mark.usefixtures("aws")
def test_the_clips_of_a_ready_made_page_are_asked_for_where_there_are_more(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}LADDER_POLICY", "popular")
    config.cache_clear()
    ladder_completion._settled.clear()
    with Video.batch_write() as batch:
        for number in range(hot_lists.MOST):
            name = f"v{number:03}"
            said = {"owner_id": "ann", "title": name, "upload_id": f"up-{name}", "created_at": 1, "asset": BEGUN}
            known = {"state": "published", "published_at": now_ms() - HOUR_MS, "shard": videos.shard_of(name)}
            batch.save(Video(name, **said, **known))
    Counter("v150", likes=40, plays=50).save()
    assert handler(event("feed/update_hot_lists.scheduled"), context) == {"lists": 1}
    asked = {video.video_id for video in Video.scan() if video.reencode_priority == "low"}
    page = Copy(hot_lists.WORLD, "list", "bucket")
    assert asked == set(page.ids(page.read() or b"")[: ready_pages.MOST])
    assert "v150" in asked


def test_a_list_that_names_every_clip_expects_nothing_of_any() -> None:
    entries = [Entry(f"v{number}", "ann") for number in range(hot_lists.MOST)]
    short, full = HotList("AT", 1, entries[:-1]), HotList("DE", 1, entries)
    assert warm_lists.shown_first([short]) == []
    assert warm_lists.shown_first([short, full, full]) == [f"v{number}" for number in range(ready_pages.MOST)]
