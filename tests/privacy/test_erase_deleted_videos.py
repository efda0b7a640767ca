"""A video that its owner deleted: gone for everybody at once, and from every store when its time has come."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.privacy.erase_deleted_videos.handler import handler as erase_deleted_videos
from reelstack.interactions import comments, likes
from reelstack.moderation import reports, takedowns
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.tables.counters import Counter
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.videos import videos
from tests.moderation.test_takedowns import store
from tests.privacy.test_account_erasure import ANN, clip_of, scan
from tests.support.edge_store import EdgeStore
from tests.support.streams import Streams

__all__ = ["store"]  # a fixture
Event = Callable[[str], dict[str, Any]]
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def look(event: Event, context: Any) -> Callable[[], int]:
    """What the schedule does; returns how many videos are gone."""
    context.get_remaining_time_in_millis = lambda: 900_000
    return lambda: erase_deleted_videos(event("privacy/erase_deleted_videos.scheduled"), context)["erased"]


def come(video_id: str) -> None:
    """The time to erase it has come."""
    Video(video_id).update(actions=[Video.erase_at.set(1)])


def test_a_deleted_video_is_erased_when_its_time_has_come_with_all_that_belongs_to_it(
    aws: Config, store: EdgeStore, look: Callable[[], int], context: Any
) -> None:
    streams = Streams(context)
    clip_of(ANN)
    comments.write("vid", "other", "Nice")
    reports.report_video("other", "vid", reports.Reason.SPAM, "is hers")
    likes.like("other", "vid")
    streams.flow()
    before = videos.now_ms()
    videos.delete(videos.find("vid"))
    due = int(Video.get("vid").erase_at or 0)
    assert due >= before + config().erase_after_seconds * 1000
    videos.delete(Video.get("vid"))
    assert Video.get("vid").erase_at == due, "deleted again is not kept longer"
    takedowns.withdraw("vid")
    come("vid")
    assert look() == 0, "a pass that removed something is followed by another"
    assert look() == 0, "not at once: what went is still being counted"
    streams.flow()
    come("vid")
    assert look() == 1
    assert list(Video.scan()) == []
    assert not [counter.key for counter in Counter.scan() if "vid" in counter.key]
    assert scan('"vid"').keys() <= {"likes_table"}, "others' likes, by an id that leads nowhere"
    assert scan(ANN) == {}
    assert look() == 0


def test_a_deleted_video_stays_for_as_long_as_the_setting_says(aws: Config, look: Callable[[], int]) -> None:
    clip_of(ANN)
    videos.delete(videos.find("vid"))
    Video("vid").update(actions=[Video.erase_at.set(videos.now_ms() + DAY_MS)])
    assert look() == 0
    assert Video.get("vid").state == "deleted"
    assert seam.client("s3").list_objects_v2(Bucket="uploads", Prefix="originals/")["KeyCount"] == 1


def test_what_production_may_still_write_is_waited_for(aws: Config, store: EdgeStore, look: Callable[[], int]) -> None:
    clip_of(ANN)
    Lease("production", "up-vid-1", owner_id=ANN).save()
    videos.delete(videos.find("vid"))
    takedowns.withdraw("vid")
    for _ in range(3):
        come("vid")
        assert look() == 0
    Lease("production", "up-vid-1").delete()
    come("vid")
    look()
    come("vid")
    assert look() == 1


def test_one_that_cannot_be_erased_holds_up_no_other(aws: Config, look: Callable[[], int], store: EdgeStore) -> None:
    clip_of(ANN)
    for name in ("a", "z"):
        Video(
            name, owner_id=ANN, title=name, upload_id=name, state="deleted", created_at=1, erasing="due", erase_at=2
        ).save()
    Video("vid").update(actions=[Video.state.set("deleted"), Video.erasing.set("due"), Video.erase_at.set(1)])
    Video("vid").update(actions=[Video.asset.remove(), Video.upload_id.set("")])  # a key that no table takes
    with pytest.raises(Exception, match="upload_id"):
        look()
    assert [video.video_id for video in Video.scan()] == ["vid"]
    assert int(Video.get("vid").erase_at or 0) > videos.now_ms(), "and is tried again later"
