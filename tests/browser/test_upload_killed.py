"""An upload of 200 MB from the app's page, in Chromium against the local cloud: dead tabs and changing networks."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.up import Cloud
from tests.browser.scenarios import in_chromium
from tests.cloud.driver import Driver

pytestmark = [pytest.mark.cloud, pytest.mark.browser, pytest.mark.engines, pytest.mark.timeout(600)]

SIZE = 200_000_000
BYTES_PER_SECOND = 8_000_000
MOST_SENT = 1.15
PART_BYTES = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def drive(cloud: Cloud) -> Iterator[Driver]:
    made = Driver(cloud.outputs, cloud.people)
    yield made
    made.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No clip, so that production refuses it at once: this is about its bytes."""
    made = tmp_path_factory.mktemp("large") / "large.mp4"
    made.write_bytes(os.urandom(SIZE))
    return made


@pytest.fixture(scope="module")
def found(drive: Driver, file: Path) -> dict[str, Any]:
    ann = drive.people["ann"]
    given = {"file": str(file), "size": SIZE, "bytesPerSecond": BYTES_PER_SECOND, "partBytes": PART_BYTES}
    return in_chromium(
        "upload_killed",
        seconds=500,
        url=drive.outputs.edge_url,
        username=ann.name,
        password=ann.password,
        **given,
    )


def test_five_dead_tabs_and_two_networks_make_one_video_and_few_bytes_more(
    drive: Driver, file: Path, found: dict[str, Any]
) -> None:
    assert (found["kills"], found["changes"]) == (5, 2)
    mine = [video for video in drive.client("ann").videos.list(limit=50).items if video.title == "Killed"]
    assert [video.video_id for video in mine] == found["videos"]
    assert found["sentBytes"] <= MOST_SENT * SIZE, found["sentBytes"] / SIZE
    keys = drive.aws("s3").list_objects_v2(Bucket=drive.outputs.buckets["uploads"], Prefix="originals/")["Contents"]
    (key,) = [one["Key"] for one in keys if one["Size"] == SIZE]
    body = drive.aws("s3").get_object(Bucket=drive.outputs.buckets["uploads"], Key=key)["Body"].read()
    assert hashlib.sha256(body).hexdigest() == hashlib.sha256(file.read_bytes()).hexdigest()


def test_its_creator_is_told_in_words_why_it_was_refused(found: dict[str, Any]) -> None:
    assert len(found["reason"].split()) > 3
