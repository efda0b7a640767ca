"""Media through the edge as HTTP clients and players ask for it, whatever happens to the objects behind it."""

import json
import time
import uuid
from email.utils import formatdate
from urllib.parse import urlsplit

import httpx
import m3u8
import pytest

from reelstack.delivery import denylist
from reelstack.delivery.tokens import SigningKey, asset_url
from reelstack_client import Video
from tests.cloud.driver import Driver, eventually, playback

pytestmark = pytest.mark.cloud
WITHIN_SECONDS = 10
MANY = 300


@pytest.fixture
def rendition(drive: Driver, sample: Video) -> tuple[str, str]:
    """The address of the first rendition of the sample, and its key in the bucket."""
    url = playback(drive.client("bob"), sample.video_id).master_url
    first = m3u8.loads(drive.http.get(url).text, uri=url).playlists[0].absolute_uri
    address = m3u8.loads(drive.http.get(first).text, uri=first).segments[0].absolute_uri
    tail = urlsplit(address).path.split("/", 5)[5]
    return address, f"v/{sample.video_id}/{tail}"


def at_edge(drive: Driver, address: str, **headers: str) -> httpx.Response:
    return drive.http.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_class_of_an_object_changes_and_no_player_notices(drive: Driver, rendition: tuple[str, str]) -> None:
    """A copy in place gives it a new Last-Modified and leaves its ETag, which is what a continued download names."""
    address, key = rendition
    s3, bucket = drive.aws("s3"), drive.outputs.buckets["media"]
    before, old = at_edge(drive, address), s3.head_object(Bucket=bucket, Key=key)
    etag, size = before.headers["etag"], len(before.content)
    assert "-" not in etag, "one PUT: of parts, a copy would make another ETag"
    time.sleep(1.1)  # Last-Modified is in whole seconds
    for storage_class in ("GLACIER_IR", "STANDARD"):
        s3.copy_object(
            Bucket=bucket,
            Key=key,
            CopySource={"Bucket": bucket, "Key": key},
            CopySourceIfMatch=etag,
            StorageClass=storage_class,
            MetadataDirective="COPY",
        )
        moved = s3.head_object(Bucket=bucket, Key=key)
        assert (moved["ETag"], moved["CacheControl"]) == (etag, old["CacheControl"])
        _forget(drive, address)
        assert at_edge(drive, address, range="bytes=0-9", if_range=etag).content == before.content[:10]
        for asked, part in (
            ("bytes=5-", slice(5, None)),
            ("bytes=-7", slice(size - 7, None)),
            ("bytes=3-3", slice(3, 4)),
        ):
            answer = at_edge(drive, address, range=asked, if_range=etag)
            assert (answer.status_code, answer.content) == (206, before.content[part])
        assert at_edge(drive, address, if_none_match=etag).status_code == 304
        head = drive.http.head(address)
        assert (head.status_code, int(head.headers["content-length"]), head.headers["etag"]) == (200, size, etag)
        dated = at_edge(
            drive, address, range="bytes=0-9", if_range=formatdate(old["LastModified"].timestamp(), usegmt=True)
        )
        assert (dated.status_code, len(dated.content)) == (200, size), "a date names no version"
        assert at_edge(drive, address, range="bytes=0-9", if_range='"another"').status_code == 200
        assert at_edge(drive, address, range=f"bytes={size}-").status_code == 416


def _forget(drive: Driver, address: str) -> None:
    """Has the edge ask the bucket again."""
    cloudfront, video = drive.aws("cloudfront"), urlsplit(address).path.split("/")[2]
    paths = {"Quantity": 1, "Items": [f"/v/{video}/*"]}
    cloudfront.create_invalidation(
        DistributionId=drive.outputs.distribution_id,
        InvalidationBatch={"Paths": paths, "CallerReference": uuid.uuid4().hex},
    )
    asked = {"range": "bytes=0-0"}
    missed = eventually(
        lambda: drive.http.get(address, headers=asked).headers["x-cache"], lambda said: said == "Miss", 20
    )
    assert missed == "Miss"


def test_a_player_is_given_the_codecs_that_it_names(drive: Driver, sample: Video) -> None:
    url = httpx.URL(playback(drive.client("bob"), sample.video_id).master_url)
    assert url.params["masters"] == "avc-low"
    given = {
        codecs: {
            str(variant.stream_info.codecs).split(",")[0][:4]
            for variant in m3u8.loads(drive.http.get(url.copy_merge_params({"codecs": codecs})).text).playlists
        }
        for codecs in ("", "avc", "avc,hevc", "avc,av1", "avc,hevc,av1")
    }
    assert given == {
        "": {"avc1", "hvc1"},
        "avc": {"avc1"},
        "avc,hevc": {"avc1", "hvc1"},
        "avc,av1": {"avc1"},
        "avc,hevc,av1": {"avc1", "hvc1"},
    }


def test_accepted_requests_read_the_store_once(drive: Driver, rendition: tuple[str, str]) -> None:
    for _ in range(5):
        assert at_edge(drive, rendition[0], range="bytes=0-9").status_code == 206
    counted = drive.http.get("/_local/health").json()["reads"]["media_token.js"]
    assert counted["most_of_accepted"] == 1


@pytest.mark.engines  # on a busy machine the ten seconds are what fails
def test_three_hundred_takedowns_are_refused_within_seconds(drive: Driver) -> None:
    secret = drive.aws("secretsmanager").get_secret_value(SecretId=drive.outputs.secrets["playback"])
    ring = json.loads(secret["SecretString"])
    key = SigningKey(ring["current"], ring["keys"][ring["current"]]["secret"])
    now = int(time.time())
    videos = [f"many-{uuid.uuid4().hex}" for _ in range(MANY)]
    urls = [asset_url(video, f"v/{video}/1/poster.jpg", now, now + 3600, key) for video in videos]
    sqs = drive.aws("sqs")
    (queue,) = (url for url in sqs.list_queues()["QueueUrls"] if url.endswith("-denials.fifo"))

    def open_ones() -> list[str]:
        return [url for url in urls if "video-withdrawn" not in drive.http.get(url).text]

    assert len(open_ones()) == MANY
    for video in videos:  # one message each, as withdraw_video sends them
        sqs.send_message(
            QueueUrl=queue,
            MessageBody=json.dumps({"deny": {video: f"{now + 3600}"}}),
            MessageGroupId=denylist.GROUP,
            MessageDeduplicationId=uuid.uuid4().hex,
        )
    since = time.monotonic()
    left = eventually(open_ones, lambda still: not still, 60)
    took = time.monotonic() - since
    assert left == []
    assert took < WITHIN_SECONDS
