"""Seek previews show the pictures their cues name, and a clip's colour is one it has."""

import re
from pathlib import Path

import pytest

from reelstack.media.ladder import Facts, Plan, make_plan
from reelstack.media.probe import find_facts
from reelstack.media.sprites import SHEET, TRACK, dominant_color, preview_sheet, web_vtt
from reelstack.media.transcoder import encode_clip
from tests.clips import ffmpeg, numbered

CUE = re.compile(r"(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)")


def plan_of(frames: int, rate: int = 25, size: tuple[int, int] = (1280, 720)) -> Plan:
    return make_plan(
        Facts(
            container="mov",
            video_stream=0,
            audio_stream=None,
            width=size[0],
            height=size[1],
            tick=(1, rate),
            start_ticks=0,
            fps=(rate, 1),
            frames=frames,
            constant=True,
        ),
        segment_seconds=4,
        avc_rungs=(),
    )


@pytest.mark.parametrize(("frames", "count", "every"), [(1, 1, 25), (25, 1, 25), (26, 2, 25), (15_000, 100, 150)])
def test_there_is_a_preview_a_second_and_never_more_than_a_sheet_holds(frames: int, count: int, every: int) -> None:
    sheet = preview_sheet(plan_of(frames))
    assert (sheet.count, sheet.every) == (count, every)
    assert sheet.columns * sheet.rows >= count > sheet.columns * (sheet.rows - 1)


@pytest.mark.parametrize(("size", "small"), [((1280, 720), (160, 90)), ((720, 1280), (90, 160)), ((64, 64), (64, 64))])
def test_previews_have_the_shape_of_the_clip(size: tuple[int, int], small: tuple[int, int]) -> None:
    sheet = preview_sheet(plan_of(100, size=size))
    assert (sheet.width, sheet.height) == pytest.approx(small, abs=2)


def test_cues_follow_each_other_to_the_end_and_stay_on_the_sheet() -> None:
    plan = plan_of(640)
    sheet = preview_sheet(plan)
    cues = CUE.findall(web_vtt(sheet, plan))
    times = [[int(cue[at]) * 3600 + int(cue[at + 1]) * 60 + float(cue[at + 2]) for at in (0, 3)] for cue in cues]
    assert times[0][0] == 0
    assert times[-1][1] == pytest.approx(25.6)
    assert [end for _, end in times[:-1]] == [start for start, _ in times[1:]]
    for *_, name, x, y, w, h in cues:
        assert name == SHEET
        assert int(x) + int(w) <= sheet.columns * sheet.width
        assert int(y) + int(h) <= sheet.rows * sheet.height


@pytest.mark.usefixtures("programs")
def test_each_cue_names_the_picture_of_its_time(tmp_path: Path) -> None:
    """Thirteen seconds of numbered pictures: two rows on the sheet."""
    source = numbered(tmp_path / "clip.mp4", 125, "10")
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=4, avc_rungs=())
    encode_clip(plan, source, tmp_path)
    shown = []
    for *_, x, y, w, h in CUE.findall((tmp_path / TRACK).read_text()):
        cut = f"crop={w}:{h}:{x}:{y},scale=12:1:flags=area,format=gray"
        bars = ffmpeg("-i", tmp_path / SHEET, "-vf", cut, "-frames:v", 1, "-f", "rawvideo", "-")
        shown.append(int("".join("1" if bar > 128 else "0" for bar in bars), 2))
    assert shown == list(range(0, 125, 10))


def test_the_dominant_colour_is_one_of_the_picture_not_a_mixture() -> None:
    assert dominant_color(bytes([250, 10, 10]) * 150 + bytes([10, 10, 250]) * 106) == "#fa0a0a"
    assert dominant_color(b"") == "#000000"
