"""The sample clip, as a person with a phone's browser watches it: through the edge, from sign-in to the last frame."""

import pytest

from local.places import places
from local.up import Cloud
from tests.browser.scenarios import in_chromium

pytestmark = [pytest.mark.cloud, pytest.mark.browser]


def test_the_sample_clip_plays_to_its_end_without_an_error_or_a_stall(cloud: Cloud) -> None:
    assert cloud.sample is not None
    viewer = next(person for person in cloud.people if person.role == "viewer")
    found = in_chromium(
        "play",
        url=cloud.outputs.edge_url,
        username=viewer.name,
        password=viewer.password,
        title=cloud.sample.video.title,
        screenshot=str(places().home / "player"),
    )
    played = found["played"]
    assert (played["errors"], played["stalls"]) == (0, 0)
    assert played["seconds"] == pytest.approx((cloud.sample.video.duration_ms or 0) / 1000, abs=0.2)
    assert played["frames"] > 0
    reported = found["reported"]
    assert reported["status"] == 202
    assert {"impression", "play", "finish"} <= set(reported["types"])
    assert reported["receipts"] == len(reported["types"])
    assert reported["answer"]["accepted"] == len(reported["types"]), reported
    assert found["problems"] == []
    assert found["complaints"] == [], "the page met its own content security policy, or a script failed"
