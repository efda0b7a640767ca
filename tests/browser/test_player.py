"""The sample clip, as a person with a phone's browser watches it: through the edge, from sign-in to the last frame, and
to the count of its plays."""

import time
from collections.abc import Iterator

import pytest

from local.places import places
from local.up import Cloud
from tests.browser.scenarios import in_chromium
from tests.cloud.driver import Driver, eventually
from tests.cloud.test_behavior import plays, waiting

pytestmark = [pytest.mark.cloud, pytest.mark.browser]

FEED_SECONDS = 1.0
"""The page waits for the feed for 2 s, and then shows a page that was made before, whose clips bear no receipts."""


@pytest.fixture(scope="module")
def drive(cloud: Cloud) -> Iterator[Driver]:
    made = Driver(cloud.outputs, cloud.people)
    yield made
    made.close()


def counted(drive: Driver, video_id: str, least: int = 0) -> int:
    """Its plays once the queue of those to count is empty, and there are `least`."""
    assert eventually(lambda: waiting(drive), lambda left: left == 0) == 0
    return eventually(lambda: plays(drive, video_id), lambda found: found >= least)


def asked_seconds(drive: Driver, name: str) -> float:
    began = time.monotonic()
    drive.client(name).feed.published(limit=1)
    return time.monotonic() - began


def test_the_sample_clip_plays_to_its_end_without_an_error_or_a_stall_and_is_counted_once(
    cloud: Cloud, drive: Driver
) -> None:
    assert cloud.sample is not None
    clip = cloud.sample.video.video_id
    viewer = next(person for person in cloud.people if person.role == "viewer")
    before = counted(drive, clip)
    assert eventually(lambda: asked_seconds(drive, viewer.name), lambda took: took < FEED_SECONDS, 60) < FEED_SECONDS
    found = in_chromium(
        "play",
        url=cloud.outputs.edge_url,
        username=viewer.name,
        password=viewer.password,
        title=cloud.sample.video.title,
        videoId=clip,
        file=".mp4",
        screenshot=str(places().home / "player"),
    )
    played = found["played"]
    assert played["errors"] == 0
    assert played["stalls"] == 0, "its data was there: what a busy machine does not come to show is told apart"
    assert played["seconds"] == pytest.approx((cloud.sample.video.duration_ms or 0) / 1000, abs=0.2)
    assert played["frames"] > 0
    reported = found["reported"]
    assert reported["status"] == 202
    assert {"impression", "play", "finish"} <= set(reported["types"])
    assert reported["receipts"] == len(reported["types"])
    assert reported["answer"]["accepted"] == len(reported["types"]), reported
    assert (len(reported["quality"]), reported["left"]["refused"]) == (1, [])
    assert reported["plays"].count(clip) == 1, "whatever else the feed showed on the way to it"
    assert counted(drive, clip, least=before + 1) == before + 1
    assert found["problems"] == []
    assert found["complaints"] == [], "the page met its own content security policy, or a script failed"
