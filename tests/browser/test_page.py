"""The built page in a real browser, through a real edge; only what lies behind the edge is a small stand-in."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from local.edge import CODE
from local.places import ROOT
from reelstack.behavior import client_events
from tests.browser.scenarios import in_chromium
from tests.browser.small_clip import NAME, SECONDS
from tests.browser.small_site import (
    ARCHIVED,
    GONE,
    MORE,
    NOTICE,
    PASSWORD,
    PLAYS,
    RENEWS,
    USER,
    Site,
    small_site,
    unit_ends,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]


def test_every_file_of_a_build_is_one_that_the_edge_serves(files: Path) -> None:
    """What it does not know it tells to be no page, so a new kind of file has to be told to it."""
    named = re.search(r"FILES = /(.*)/;", (CODE / "web_routes.js").read_text())
    assert named
    served = re.compile(named[1].replace("\\/", "/"))
    built = [
        f"/{path.relative_to(files / 'page').as_posix()}" for path in (files / "page").rglob("*") if path.is_file()
    ]
    built.remove("/embed.html")  # which is served below /embed/ only, where anybody may frame it
    assert len(built) > 3
    assert [path for path in [*built, "/config.json"] if not served.fullmatch(path)] == []


def test_the_service_worker_is_another_one_for_each_build(files: Path) -> None:
    """Else no browser installs it again, and without a network the app of the first visit would open for ever."""
    page = (files / "page" / "index.html").read_bytes()
    assert f"shell-{sha256(page).hexdigest()[:16]}" in (files / "page" / "sw.js").read_text()


def test_every_page_of_the_app_is_one_that_the_edge_answers() -> None:
    told = re.search(r"PAGES = \[(.*?)\];", (CODE / "web_routes.js").read_text(), re.DOTALL)
    paths = re.findall(r"path: '(/[^']*)'", (ROOT / "web/src/routes.ts").read_text())
    assert told
    assert sorted(re.findall(r"'([^']+)'", told[1])) == sorted(path for path in paths if ":" not in path)
    assert [path for path in paths if ":" in path] == ["/@:handle/:id", "/@:handle"]


def test_a_clip_plays_to_its_end_and_can_be_liked(site: Site, files: Path) -> None:
    given = {"title": "Plays", "videoId": PLAYS, "file": f"{NAME}.mp4"}
    found = in_chromium("play", url=site.url, username=USER, password=PASSWORD, **given)
    played = found["played"]
    assert (played["errors"], played["stalls"]) == (0, 0)
    assert played["seconds"] == pytest.approx(SECONDS, abs=0.2)
    assert (played["width"], played["height"]) == (180, 320)
    first, end = unit_ends(files / "clip")
    assert found["ranges"] == [f"bytes=0-{first - 1}", f"bytes={first}-{end - 1}"], "a request for each unit"
    assert found["hls"] == [], "the player's own engine plays our clips"
    assert found["likes"] == ["Like Plays, 7 likes", "Like Plays, 8 likes", "Like Plays, 7 likes"]
    assert found["notices"] == [NOTICE["message"]]
    assert found["problems"] == []
    assert found["complaints"] == []
    # The page was left: how the clip played went with the rest.
    (told,) = found["reported"]["quality"]
    quality = client_events.read(told)
    assert [quality.view_id] == found["reported"]["views"]
    assert (quality.bsa, quality.bsda, quality.ec) == (0, 0, [])
    assert quality.played_ms == pytest.approx(SECONDS * 1000, abs=500) or quality.loops > 0
    assert quality.msd is not None
    assert quality.first_br == quality.pb == quality.tb, "the clip has one rendition"
    assert sum(quality.rendition_ms.values()) == pytest.approx(quality.played_ms, abs=2)


def test_a_page_of_clips_is_one_request_and_five_nodes(site: Site) -> None:
    found = in_chromium("ten", url=site.url, username=USER, password=PASSWORD, titles=MORE)
    assert found["authors"] == ["@bob"] * 10
    feeds = [path for path in found["ofTheApi"] if path == "/v1/feed"]
    assert len(feeds) == 2
    others = set(found["ofTheApi"]) - set(feeds)
    assert others == {f"/v1/videos/{video}/playback" for video in (RENEWS, GONE)}, "whose addresses had expired"
    assert found["most"] <= 5
    assert found["complaints"] == []


def test_on_a_low_screen_no_button_of_a_clip_is_off_it_or_under_another(site: Site) -> None:
    sizes = [(640, 360), (667, 375), (844, 390), (320, 256), (568, 320), (1280, 320), (360, 740)]
    found = in_chromium("short", url=site.url, sizes=sizes)
    assert found["hidden"] == {f"{width}x{height}": [] for width, height in sizes}
    assert found["atEndOfField"], "nothing lies on the search field"
    assert found["complaints"] == []


def test_a_person_is_told_what_did_not_work(site: Site) -> None:
    found = in_chromium("refusals", url=site.url, username=USER, password=PASSWORD, archived=ARCHIVED, plays=PLAYS)
    assert found["wrongPassword"] == "This name and this password do not fit. After many tries, wait a while."
    assert found["refusedLike"] == "This video takes no likes"
    assert found["afterRefusal"] == ["false", "Like Refuses likes, 7 likes"]
    assert found["gone"] == "There is no such video"
    assert re.search("[\u0600-\u06ff]", found["inArabic"])
    assert not re.search("[a-z]", found["inArabic"])
    assert found["keptAfterSignOut"] == 0
    assert (found["archived"], found["hls"]) == ("Its owner has archived this clip", [])
    assert found["complaints"] == []


def test_a_token_that_has_expired_is_renewed_without_a_word(site: Site) -> None:
    found = in_chromium("renew", url=site.url, username=USER, password=PASSWORD, title="Renews")
    assert found["ended"] == pytest.approx(SECONDS, abs=0.3)
    assert found["problems"] == []


def test_while_the_feed_does_not_answer_its_page_comes_from_the_cdn(site: Site) -> None:
    answers = site.origin.answers
    before = answers["GET /api/v1/feed"]
    answers["GET /api/v1/feed"] = lambda _: (503, {"type": "x", "title": "Away", "status": 503, "detail": "Away"})
    try:
        found = in_chromium("away", url=site.url, title="Plays")
    finally:
        answers["GET /api/v1/feed"] = before
    assert found == {"clips": 1, "note": "What many watch now", "problems": [], "complaints": []}


def test_signing_in_elsewhere_comes_back_with_a_code_that_only_this_tab_can_use(files: Path) -> None:
    with small_site(files / "page", files / "clip", auth="code") as site:
        found = in_chromium("code", url=site.url)
    assert found == {
        "address": "/",
        "forged": "That sign-in did not begin in this tab. Try again.",
        "complaints": [],
    }


def test_while_seeking_the_picture_of_that_time_is_shown(site: Site) -> None:
    found = in_chromium("seek", url=site.url)
    assert found["before"] == [], "nothing is loaded for who does not seek"
    half, end = found["hovered"]
    assert (half["sheet"], half["x"], half["time"]) == ("sprites.jpg", "-90px", "0:02")
    assert (end["x"], end["time"]) == ("-180px", "0:03")
    assert 0.45 < half["middle"] < 0.55 < end["middle"] < 1
    assert found["left"] is None
    assert sorted(found["asked"]) == ["sprites.jpg", "sprites.vtt"], "each once"
    dragged, value = found["dragged"]
    assert (dragged["x"], float(value)) == ("-90px", pytest.approx(SECONDS / 2, abs=0.1))
    assert found["pressed"] == ["0:01", "1"]
    right, left = found["rtl"]
    assert (right["x"], left["x"]) == ("0px", "-180px"), "an Arabic clip begins at the right"
    assert right["middle"] > 0.5 > left["middle"]
    assert found["pressedRtl"] == "1"
    saver, asked = found["saver"]
    assert (saver["sheet"], saver["time"], asked) == (None, "0:02", []), "the time alone"
    assert found["complaints"] == []
