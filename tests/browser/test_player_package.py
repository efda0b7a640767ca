"""The player's package by itself, from a static site: our clips, HLS of others, the custom element."""

import functools
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from bench import swipe
from bench._swipe_clips import Drawn, draw
from local import programs
from local.places import ROOT
from tests.browser.scenarios import in_chromium
from tests.local.tiny_origin import Asked, tiny_origin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("player")]
PAGE = b'<!doctype html><link rel="icon" href="data:,"><div id="stage" style="width:360px;height:640px"></div>'
SECONDS = 6
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:06.000\nHello\n"
HEVC = {"codec": "hevc", "codecs": "hvc1.1.6.L93.B0", "width": 360, "height": 640, "bitsPerSecond": 1, "bytes": 1}
SCRIPTS = {"/hls.js": ROOT / "node_modules/hls.js/dist/hls.mjs", "/hls.mjs": ROOT / "node_modules/hls.js/dist/hls.mjs"}


AV1 = pytest.param(("av1", ((180, 100), (360, 300), (540, 700))), marks=pytest.mark.engines, id="av1")


@pytest.fixture(scope="module", params=[pytest.param(("avc", ((180, 150), (360, 450))), id="avc"), AV1])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    codec, rungs = request.param
    return draw(tmp_path_factory.mktemp("drawn") / "v", SECONDS, codecs=(codec,), rungs=rungs)


def refuse(status: int, _: Asked) -> tuple[int, Any]:
    return status, {}


def answered(clip: Drawn) -> dict[str, Any]:
    return {"master_url": "/v/master.m3u8", "poster_url": "/v/poster.jpg", "expires_at": 4e9, **clip.asset} | {
        "duration_ms": SECONDS * 1000
    }


def foreign(clip: Drawn) -> dict[str, bytes]:
    """The same with captions, by playlists alone, as another service gives it."""
    subtitles = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",AUTOSELECT=YES,URI="en.m3u8"\n'
    lines = (clip.folder / "master.m3u8").read_text().splitlines(keepends=True)
    told = [f'{line.rstrip()},SUBTITLES="s"\n' if line.startswith("#EXT-X-STREAM-INF") else line for line in lines]
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:{SECONDS},\nen.vtt\n#EXT-X-ENDLIST\n"
    master = "".join([told[0], subtitles, *told[1:]])
    return {"master.m3u8": master.encode(), "en.m3u8": playlist.encode(), "en.vtt": CAPTIONS.encode()}


@pytest.fixture(scope="module")
def found(clip: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    built = tmp_path_factory.mktemp("built")
    swipe.build(built)
    vite = [
        str(programs.node().path),
        str(ROOT / "node_modules/vite/bin/vite.js"),
        "build",
        "--outDir",
        str(built / "out"),
    ]
    subprocess.run(vite, cwd=ROOT / "web/player", check=True, capture_output=True, timeout=120)
    scripts = {**SCRIPTS, "/player.js": built / "player.js", "/reelstack-player.js": built / "out/reelstack-player.js"}
    with tiny_origin() as origin:
        origin.objects |= {path: (file.read_bytes(), "no-store") for path, file in scripts.items()}
        origin.objects["/page.html"] = (PAGE, "")
        origin.objects["/clip.json"] = (json.dumps(answered(clip)).encode(), "")
        for file in clip.folder.iterdir():
            origin.objects |= {f"/{at}/{file.name}": (file.read_bytes(), "no-store") for at in ("v", "foreign")}
        for file in clip.folder.glob("*.mp4"):
            whole = file.read_bytes()
            origin.objects[f"/damaged/{file.name}"] = (whole[:2000] + bytes(len(whole) - 2000), "no-store")
        origin.objects |= {f"/foreign/{name}": (body, "") for name, body in foreign(clip).items()}
        for name, status in (("forbidden", 403), ("missing", 404), ("withdrawn", 451)):
            for file in clip.folder.glob("*.mp4"):
                origin.answers[f"GET /api/{name}/{file.name}"] = functools.partial(refuse, status)
        hevc = {**HEVC, "name": "hevc-360", "unitEnds": [1], "headerBytes": 1, "indexBytes": 1, "peakBitsPerSecond": 1}
        yield in_chromium(
            "player", url=f"{origin.url}/page.html", item={"video_id": "a", "playback": answered(clip)}, hevc=hevc
        )


def test_a_clip_begins_low_and_is_better_in_its_loop(found: dict[str, Any]) -> None:
    assert found["came"]
    assert found["better"][0] == [0, 0, False], "nothing is known of the network"
    assert any(unit == 0 and rung > 0 and again for unit, rung, again in found["better"]), "fetched again"
    assert found["quality"]["ec"] == []
    assert found["quality"]["bsa"] == 0
    assert found["quality"]["loops"] == 1
    assert found["quality"]["first_br"] < found["quality"]["pb"]


def test_a_unit_is_a_request(found: dict[str, Any], clip: Drawn) -> None:
    low, sound = clip.asset["renditions"][0], clip.asset["sound"]
    asked = [tuple(one) for one in found["ranges"]]
    assert asked[0] == (f"/v/{low['name']}.mp4", f"bytes=0-{low['unit_ends'][0] - 1}")
    assert asked[1] == ("/v/sound.mp4", f"bytes=0-{sound['unit_ends'][0] - 1}")


def test_the_next_clip_rests_at_its_first_frame(found: dict[str, Any]) -> None:
    assert found["resting"]["paused"]
    assert found["resting"]["seconds"] < 0.05
    assert found["resting"]["ready"] >= 2


def test_a_page_that_is_left_tells_what_was_seen_and_goes_on_when_it_is_back(found: dict[str, Any]) -> None:
    assert found["away"] == {"told": 2, "hidden": True, "back": True}


def test_it_seeks_and_plays_faster(found: dict[str, Any]) -> None:
    assert found["moved"]["rate"] == 2
    assert found["moved"]["seconds"] > 5 or found["moved"]["seconds"] < 4


def test_a_token_is_renewed_and_refusals_are_told_apart(found: dict[str, Any]) -> None:
    assert found["renewed"]
    assert found["again"], "of HLS that is played by its playlists, too"
    assert found["errors"] == {name: [[name, True]] for name in ("forbidden", "missing", "withdrawn")}


def test_a_codec_that_this_browser_lacks_is_no_error(found: dict[str, Any]) -> None:
    assert found["codec"] == {"errors": [], "shown": True}


def test_a_full_buffer_is_waited_for(found: dict[str, Any]) -> None:
    assert found["room"] == {"refused": True, "plays": True, "errors": []}


def test_a_damaged_clip_fails_alone(found: dict[str, Any]) -> None:
    """Its codec is not given up, since the clip has no other."""
    assert found["after"]["errors"] == [["decode", True]]
    assert found["after"]["next"]


def test_hls_of_others_plays_with_its_captions(found: dict[str, Any]) -> None:
    assert found["foreign"]
    assert found["subtitles"] == {"shows": True, "modes": ["showing"], "errors": []}


def test_the_custom_element_plays_both(found: dict[str, Any]) -> None:
    assert found["elements"] == {"played": [True, True], "fits": [True, True], "left": [True, True]}


def test_nothing_is_left_after_a_hundred_players(found: dict[str, Any]) -> None:
    assert found["leak"] <= 3, "Chromium may keep the last one: pool, element, host"
    assert found["added"] == []
    assert found["complaints"] == []
