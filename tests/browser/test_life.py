"""A day in the app, in Chromium on the deployed local cloud: sign up, watch, like, comment, be told, and a takedown."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.up import Cloud
from tests.browser.scenarios import in_chromium
from tests.cloud.driver import Driver, draw

pytestmark = [pytest.mark.cloud, pytest.mark.browser, pytest.mark.engines]


@pytest.fixture(scope="module")
def drive(cloud: Cloud) -> Iterator[Driver]:
    made = Driver(cloud.outputs, cloud.people)
    yield made
    made.close()


def test_somebody_new_watches_likes_comments_and_a_takedown_ends_the_clip(drive: Driver, tmp_path: Path) -> None:
    ann = drive.people["ann"]
    video = drive.produce(draw(tmp_path / "short.mp4", seconds=4), title="Taken down")
    assert video.state == "published"
    found = in_chromium(
        "life",
        url=drive.outputs.edge_url,
        link=f"{drive.outputs.edge_url}/@ann/{video.video_id}",
        creator={"username": ann.name, "password": ann.password},
        name=f"eve{uuid.uuid4().hex[:8]}",
        password="Correct-Horse-9!",
        takedown=f"{drive.outputs.edge_url}/v1/videos/{video.video_id}/takedown",
        token=drive.token("mia"),
    )
    assert found["heading"] == "Eve"
    assert found["told"].endswith("commented on your clip")
    assert found["down"] == 200
    assert (found["paused"], found["hidden"]) == (True, True)
    assert found["says"], "the viewer is told why nothing plays"
    assert found["complaints"] == []
