"""A clip into the archive and back, and a re-encode of an archived original, on the deployed cloud: lifecycle as days
go by, S3's restore with its event, the queue, the functions with their roles, and the inbox of the owner."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import aging
from local.places import Places
from local.progress import Steps
from reelstack.platform.s3_prices import SMALLEST_BYTES
from reelstack.videos import archive_prices
from reelstack.videos.archive_prices import Tier
from reelstack_client import Notification, Video
from tests.cloud.driver import Driver, draw, eventually, problem

pytestmark = pytest.mark.cloud
DAY_SECONDS = 24 * 3600
WAIT = 60


def path(drive: Driver, video: Video) -> str:
    """Of the playlist, without the token."""
    url = drive.client("bob").videos.playback(video.video_id).master_url
    return "" if url is None else httpx.URL(url).path.partition("/t/")[2].partition("/")[2]


def renditions(drive: Driver, video: Video) -> dict[str, Any]:
    """HEAD of each that an archive takes, by key."""
    s3, bucket = drive.aws("s3"), drive.outputs.buckets["media"]
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f"v/{video.video_id}/")["Contents"]
    big = [one["Key"] for one in found if one["Key"].endswith(".mp4") and one["Size"] >= SMALLEST_BYTES]
    return {key: s3.head_object(Bucket=bucket, Key=key) for key in big}


def told(drive: Driver, video: Video) -> list[Notification]:
    inbox = drive.client("ann").notifications.inbox(limit=50).items
    return [one for one in inbox if one.subject == f"restored#{video.video_id}"]


def state(drive: Driver, video: Video) -> str | None:
    return drive.client("ann").archives.get(video.video_id).state


def put_away(drive: Driver, places: Places, video: Video) -> None:
    drive.client("ann").archives.archive(video.video_id)
    assert eventually(lambda: state(drive, video), "archived".__eq__, WAIT) == "archived"
    aging.age(places, DAY_SECONDS, Steps(aging.STEPS))
    assert {head.get("StorageClass") for head in renditions(drive, video).values()} == {"GLACIER"}


def test_a_clip_goes_into_the_archive_and_comes_back_as_it_was(drive: Driver, places: Places, sample: Video) -> None:
    ann, before, heads = drive.client("ann"), path(drive, sample), renditions(drive, sample)
    assert before
    assert heads
    put_away(drive, places, sample)
    at = f"/v1/videos/{sample.video_id}/archive"
    played = eventually(lambda: drive.client("bob").videos.playback(sample.video_id), lambda one: one.archived)
    assert (played.master_url, played.archived) == (None, True)
    assert httpx.get(str(played.poster_url)).status_code == 200

    offers = {one.tier: one.price_microdollars for one in ann.archives.get(sample.video_id).restores}
    for tier in Tier:
        model = archive_prices.restoring([head["ContentLength"] for head in heads.values()], tier, 0) * 1_000_000
        assert offers[tier] == pytest.approx(model, rel=0.05, abs=1)
    asked = {"json": {"tier": "Expedited", "limit_dollars": 0.001}}
    assert problem(drive.call("POST", f"{at}/restore", **asked)) == (409, "restore-too-costly")
    assert problem(drive.call("POST", f"{at}/restore", user="bob", **asked)) == (403, "not-your-video")

    ann.archives.restore(sample.video_id, "Expedited", limit_dollars=1)
    assert eventually(lambda: state(drive, sample), lambda one: one is None, WAIT) is None
    assert eventually(lambda: path(drive, sample), before.__eq__) == before
    for key, head in renditions(drive, sample).items():
        assert head.get("StorageClass", "STANDARD") == "STANDARD", key
        assert "Restore" not in head, "the copy would end"
        assert head["ContentLength"] == heads[key]["ContentLength"]
    assert httpx.get(str(drive.client("bob").videos.playback(sample.video_id).master_url)).status_code == 200
    assert len(eventually(lambda: told(drive, sample), bool)) == 1

    (one,) = told(drive, sample)
    notice = {"Records": [{"s3": {"object": {"key": key}}} for key in heads]}
    event = {"Records": [{"Sns": {"Message": json.dumps(notice)}}]}
    move = {"FunctionName": drive.outputs.functions["move_archives"]}
    for _ in range(2):
        drive.aws("lambda").invoke(**move, Payload=json.dumps(event).encode())
    assert told(drive, sample) == [one]


@pytest.mark.engines
def test_a_reencode_of_an_archived_original_waits_for_it_and_finishes(drive: Driver, tmp_path: Path) -> None:
    ann, s3 = drive.client("ann"), drive.aws("s3")
    upload = ann.uploads.upload(draw(tmp_path / "old.mp4", seconds=1, audio=False), title="old")
    video = ann.videos.wait(upload.video_id, seconds=120, every=0.3)
    source = {"Bucket": drive.outputs.buckets["uploads"], "Key": f"originals/normal/{upload.upload_id}"}
    produced = [{"Key": "produced", "Value": "yes"}]
    assert eventually(lambda: s3.get_object_tagging(**source)["TagSet"], lambda tags: tags == produced) == produced
    s3.copy_object(**source, CopySource=source, StorageClass="DEEP_ARCHIVE", MetadataDirective="COPY")
    drive.client("ada").production.produce(video.video_id, priority="low")
    get = drive.client("ann").videos.get
    assert eventually(lambda: get(video.video_id).attempt, (2).__eq__, 2 * WAIT) == 2
    assert s3.head_object(**source)["StorageClass"] == "DEEP_ARCHIVE", "the original itself stays where it was"
