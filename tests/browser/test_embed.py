"""A clip in a frame on another site's page, in Chromium through a real edge; behind the edge is a small stand-in."""

from dataclasses import replace

import pytest

from reelstack.delivery import embedding
from reelstack.delivery.clips_for_everybody import Clip
from tests.browser.scenarios import in_chromium
from tests.browser.small_clip import SECONDS
from tests.browser.small_site import GONE, PASSWORD, PLAYS, USER, Site

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.xdist_group("page")]
CLIP = Clip(PLAYS, 'Plays "<b>', "", "bob", SECONDS, 180, 320, has_poster=True, listed=True)


def test_a_clip_plays_on_another_site_and_nobody_is_known_there(site: Site) -> None:
    clips = (CLIP, replace(CLIP, video_id=GONE))
    frames = [embedding.frame(clip, site.url, *embedding.fitted(180, 320, (270, None))) for clip in clips]
    found = in_chromium("embed", url=site.url, username=USER, password=PASSWORD, frames=frames)
    assert found["seconds"] == pytest.approx(SECONDS, abs=0.3)
    assert (found["title"], found["size"]) == (CLIP.title, [270, 480])
    assert found["link"] == [f"/@bob/{PLAYS}", "_blank", "noopener", "Plays · @bob"]
    assert found["poster"], "it waits for who watches"
    assert found["told"] == "This clip is not available."
    read = [f"GET /v1/videos/{video}" for video in (PLAYS, GONE)]
    assert sorted(found["asked"]) == sorted([*read, f"GET /v1/videos/{PLAYS}/playback"])
    assert (found["known"], found["escaped"]) == (0, False)
    assert found["app"].startswith("chrome-error:"), "the app is shown in no frame"
    assert found["complaints"] == []
