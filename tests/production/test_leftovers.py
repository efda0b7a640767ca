"""What attempts leave behind goes when nobody needs it, also if the remover dies half-way."""

import time

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.production import attempts, leftovers
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from tests.videos.test_videos import ASSET, make

LATER = float("inf")


def put(*keys: str) -> None:
    for key in keys:
        seam.client("s3").put_object(Bucket="media", Key=f"v/vid/{key}", Body=b"x")


def left() -> set[str]:
    found = seam.client("s3").list_objects_v2(Bucket="media", Prefix="v/vid/").get("Contents", [])
    return {item["Key"].removeprefix("v/vid/") for item in found}


def become_due() -> None:
    for noted in Lease.query(leftovers.REPLACED):
        Lease(leftovers.REPLACED, noted.execution, taken_at=1).save()


def test_a_failed_attempts_objects_go_when_no_address_of_them_works_any_more(aws: Config) -> None:
    make(state="processing", preview={"prefix": "v/vid/1/", "master": "preview.m3u8"})
    put("1/preview.m3u8", "1/avc-480.mp4", "10/other.mp4")
    assert attempts.fail("vid", 1, "production-failed", "")
    assert Video.get("vid").preview is None, "it would lead to objects that go"
    assert leftovers.remove_due(LATER) == 0
    assert len(left()) == 3, "a player may still be reading"
    become_due()
    assert leftovers.remove_due(LATER) == 1
    assert left() == {"10/other.mp4"}
    assert list(Lease.query(leftovers.REPLACED)) == []


@pytest.mark.parametrize("state", ["queued", "processing", "review", "published", "rejected", "deleted"])
def test_objects_of_an_attempt_that_is_needed_stay(aws: Config, state: str) -> None:
    make(state=state, attempt=1)
    put("1/avc-480.mp4")
    leftovers.note("vid", 1)
    become_due()
    assert leftovers.remove_due(LATER) == 0
    assert left() == {"1/avc-480.mp4"}


def test_a_superseded_attempt_goes_whole_also_what_a_managed_engine_made_beside_it(aws: Config) -> None:
    old = {"prefix": "v/vid/1/managed/", "master": "master.m3u8", "duration_ms": 1, "width": 1, "height": 1}
    make(attempt=1, attempts=2, reencode_attempt=2).update(actions=[Video.asset.set(old)])
    put("1/preview.m3u8", "1/managed/master.m3u8", "2/master.m3u8")
    assert attempts.publish("vid", 2, old | {"prefix": "v/vid/2/"}, {})
    become_due()
    leftovers.remove_due(LATER)
    assert left() == {"2/master.m3u8"}


def test_a_re_encode_that_came_to_nothing_leaves_nothing_and_what_is_played_stays(aws: Config) -> None:
    make(attempt=1, attempts=2, reencode_attempt=2)
    put("1/master.m3u8", "2/avc-480.mp4")
    assert attempts.fail("vid", 2, "production-failed", "")
    assert attempts.fail("vid", 1, "production-failed", "") is False, "an event of the first, late"
    become_due()
    leftovers.remove_due(LATER)
    assert left() == {"1/master.m3u8"}


def test_a_remover_that_died_is_followed_by_the_next_and_none_works_beyond_its_time(aws: Config) -> None:
    make(state="failed", attempt=3)
    put("1/a.mp4", "2/b.mp4")
    for attempt in (1, 2):
        leftovers.note("vid", attempt)
    become_due()
    seam.client("s3").delete_object(Bucket="media", Key="v/vid/1/a.mp4")  # and then it died
    assert leftovers.remove_due(time.monotonic() - 1) == 0
    assert leftovers.remove_due(LATER) == 2
    assert left() == set()


def test_a_re_encode_of_a_video_that_was_taken_down_meanwhile_leaves_nothing(aws: Config) -> None:
    make(state="rejected", attempt=1, attempts=2, reencode_attempt=2)
    put("2/avc-480.mp4")
    assert not attempts.publish("vid", 2, ASSET | {"prefix": "v/vid/2/"}, {})
    Video("vid").update(actions=[Video.reencode_attempt.remove()])
    become_due()
    assert leftovers.remove_due(LATER) == 1
