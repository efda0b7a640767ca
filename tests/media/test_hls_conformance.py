"""Each rule of the conformance checker holds for what we make, and is seen to be broken where it is broken."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from reelstack.media.hls_conformance import RULES, check
from reelstack.media.hls_reader import Folder
from reelstack.media.hls_writer import master_playlist, media_playlist
from reelstack.media.ladder import make_plan
from reelstack.media.packager import join
from reelstack.media.probe import find_facts
from reelstack.media.transcoder import encode_clip, encode_segment
from tests.clips import drawn
from tests.local.tiny_origin import tiny_origin

Break = Callable[[Path], object]


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory, programs: None) -> Path:
    """Five seconds in AVC and HEVC with sound, as production leaves them."""
    folder = tmp_path_factory.mktemp("asset")
    source = drawn(tmp_path_factory.mktemp("source") / "clip.mp4", seconds=5, fps="10")
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=4, avc_rungs=())
    first, sound, effort = encode_clip(plan, source, folder)
    assert sound
    tracks = [join("avc", [first], folder / "avc.mp4")]
    parts = []
    for segment in plan.segments:
        (folder / str(segment.number)).mkdir()
        parts.append(encode_segment(plan, source, segment, folder / str(segment.number), effort)["hevc-180"])
    tracks.append(join("hevc", parts, folder / "hevc.mp4"))
    heard = join("sound", [sound], folder / "sound.mp4")
    for track in (*tracks, heard):
        (folder / track.playlist).write_text(media_playlist(track, 2))
    (folder / "master.m3u8").write_text(master_playlist(tracks, heard, plan.facts.rate))
    return folder


def _text(name: str, pattern: str, new: str, count: int = 0) -> Break:
    """Replaces a pattern that must be there."""

    def change(folder: Path) -> None:
        text, times = re.subn(pattern, new, (folder / name).read_text(), count=count)
        assert times
        (folder / name).write_text(text)

    return change


def _bytes(name: str, old: bytes, new: Callable[[bytes], bytes], skip: int, count: int, place: int = 0) -> Break:
    """Replaces `count` bytes that lie `skip` after the `place`th `old`."""

    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        at = [found.start() for found in re.finditer(old, content)][place] + skip
        (folder / name).write_bytes(content[:at] + new(content[at : at + count]) + content[at + count :])

    return change


def _half(data: bytes) -> bytes:
    return (int.from_bytes(data, "big") // 2).to_bytes(len(data), "big")


LAST_SEGMENT = r"#EXTINF[^#]*#EXT-X-BYTERANGE[^#]*(?=#EXT-X-ENDLIST)"
BREAKS: dict[str, Break] = {
    "readable": lambda folder: (folder / "sound.mp4").unlink(),
    "m3u-header": _text("master.m3u8", "^#EXTM3U\n", ""),
    "version": _text("avc.m3u8", "VERSION:7", "VERSION:3"),
    "independent-segments": _text("hevc.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", ""),
    "vod-ended": _text("hevc.m3u8", "#EXT-X-ENDLIST\n", ""),
    "target-duration": _text("avc.m3u8", "TARGETDURATION:2", "TARGETDURATION:1"),
    "same-target-duration": _text("sound.m3u8", "TARGETDURATION:2", "TARGETDURATION:3"),
    "byte-range": lambda folder: (folder / "avc.mp4").write_bytes((folder / "avc.mp4").read_bytes()[:-9]),
    "segment-boundary": _text("avc.m3u8", r"(BYTERANGE:\d+@)(\d+)", r"\g<1>1\2", 1),
    "segment-duration": _text("avc.m3u8", r"EXTINF:2\.0", "EXTINF:1.9", 1),
    "timeline": _bytes("avc.mp4", b"tfdt", _half, 8, 8, place=1),
    "aligned-segments": _text("hevc.m3u8", LAST_SEGMENT, ""),
    "same-duration": _text("sound.m3u8", LAST_SEGMENT, ""),
    "key-frames": _bytes("hevc.mp4", b"mdhd", _half, 16, 4),
    "bandwidth": _text("master.m3u8", r":BANDWIDTH=(\d+)\d", r":BANDWIDTH=\1", 1),
    "average-bandwidth": _text("master.m3u8", r"AVERAGE-BANDWIDTH=(\d+)", r"AVERAGE-BANDWIDTH=\g<1>0", 1),
    "codecs": _text("master.m3u8", "avc1.[0-9A-F]{6}", "avc1.42E01E"),
    "hvc1": _bytes("hevc.mp4", b"hvc1", lambda _: b"hev1", 0, 4, place=-1),
    "resolution": _text("master.m3u8", "RESOLUTION=320x180,", "", 1),
    "frame-rate": _text("master.m3u8", r"FRAME-RATE=10\.000", "FRAME-RATE=25.000", 1),
    "audio-group": _text("master.m3u8", ',AUDIO="sound"', ',AUDIO="noise"', 1),
    "avc-variant": _text("master.m3u8", "#EXT-X-STREAM-INF[^\n]*\navc.m3u8\n", ""),
}


def test_what_we_make_breaks_no_rule(asset: Path) -> None:
    assert check(Folder(asset), "master.m3u8") == []


def test_every_rule_has_a_broken_example() -> None:
    assert set(BREAKS) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_seen(rule: str, asset: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(asset, tmp_path / "broken")
    BREAKS[rule](broken)
    assert rule in {finding.rule for finding in check(Folder(broken), "master.m3u8")}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"#EXTM3U\n#EXTINF:x,\na\n", b"#EXTM3U\n../../etc/passwd\n"])
def test_what_is_no_playlist_is_a_finding_not_an_accident(content: bytes, asset: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(asset, tmp_path / "broken")
    for name in ("master.m3u8", "hevc.m3u8"):
        (broken / name).write_bytes(content)
        assert "readable" in {finding.rule for finding in check(Folder(broken), "master.m3u8")}
        shutil.copy(asset / name, broken / name)


def test_nothing_outside_the_folder_is_read(asset: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(asset, tmp_path / "broken")
    (tmp_path / "outside.m3u8").write_text((asset / "hevc.m3u8").read_text())
    _text("master.m3u8", "\nhevc.m3u8", "\n../outside.m3u8")(broken)
    assert [finding.rule for finding in check(Folder(broken), "master.m3u8")] == ["readable"]


def test_the_command_says_what_is_broken(asset: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(asset, tmp_path / "broken")
    assert CliRunner().invoke(app, ["check-hls", str(asset)]).exit_code == 0
    BREAKS["hvc1"](broken)
    answer = CliRunner().invoke(app, ["check-hls", str(broken / "master.m3u8"), "--json"])
    assert answer.exit_code == 1
    assert "hvc1" in {finding["rule"] for finding in json.loads(answer.stdout)["findings"]}


def test_the_command_reads_a_site_as_well(asset: Path) -> None:
    with tiny_origin() as origin:
        for path in asset.iterdir():
            if path.is_file():
                origin.objects[f"/v/{path.name}"] = (path.read_bytes(), "max-age=60")
        answer = CliRunner().invoke(app, ["check-hls", f"{origin.url}/v/master.m3u8"])
        assert (answer.exit_code, answer.stdout) == (0, f"{len(RULES)} rules, 0 findings\n")
        del origin.objects["/v/avc.mp4"]
        assert CliRunner().invoke(app, ["check-hls", f"{origin.url}/v/master.m3u8"]).exit_code == 1
