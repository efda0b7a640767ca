"""A rendition in AV1, made as production makes it, plays in Chromium to its end."""

from pathlib import Path

import pytest

from tests.browser.scenarios import in_chromium
from tests.clips import drawn
from tests.local.tiny_origin import tiny_origin
from tests.media.test_av1 import produce

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.usefixtures("programs")]
HLS_JS = Path(__file__).parents[2] / "node_modules/hls.js/dist/hls.min.js"
PAGE = b'<!doctype html><video muted playsinline></video><script src="/hls.js"></script>'


def test_an_av1_rendition_plays_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "asset"
    folder.mkdir()
    _, tracks = produce(drawn(tmp_path / "clip.mp4", seconds=3, fps="10"), folder)
    with tiny_origin() as origin:
        origin.objects |= {f"/{path.name}": (path.read_bytes(), "") for path in folder.iterdir() if path.is_file()}
        origin.objects |= {"/page.html": (PAGE, ""), "/hls.js": (HLS_JS.read_bytes(), "")}
        found = in_chromium("av1", url=f"{origin.url}/page.html", master=f"{origin.url}/master.m3u8")
        fetched = {one.path for one in origin.asked}
    assert found["errors"] == []
    assert found["codecs"] == tracks["av1-180"].codecs
    assert found["size"] == [320, 180]
    assert found["seconds"] == pytest.approx(3, abs=0.1)
    assert found["frames"] >= 29
    assert "/av1-180.mp4" in fetched
    assert "/hevc-180.mp4" not in fetched
