"""What the encoders' settings are worth: bits at equal VMAF, caps held, and what a variable bitrate saves.

Pictures are made by the commands that production runs. "HEVC against AVC" is a BD-rate over several constant
qualities, the buffer out of the way, at each clip's largest rung. "Variable against constant" is the same for a clip of
more than a minute: what long clips get, beside the same encoder at a constant bitrate. `--clips DIR` measures your own.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from statistics import fmean

from bench._bd_rate import Curve, saving
from bench._clips import clips, long_clip
from bench._quality import vmaf
from bench._report import Check, Report, run
from local import programs
from reelstack import media
from reelstack.containers import FAMILY_OF_TYPE, SNIFF_BYTES, sniff
from reelstack.encoding import HEVC_PRESET, Picture, encode_segment
from reelstack.ladder import CAPS_KBPS, Plan, Rendition, Segment, Spending, make_plan, spending
from reelstack.probing import find_facts
from reelstack.transcoding import encode_clip
from reelstack.transcoding import encode_segment as encode_capped

QUALITIES, QUICK_QUALITIES = (20, 24, 28, 32), (22, 27, 32)
UNBOUND = 100_000
"""kbps: no buffer of this size holds an encoder back."""
LONG_SECONDS, QUICK_LONG_SECONDS = 64, 62
LONG_SIZE, QUICK_LONG_SIZE = (640, 360), (192, 108)
SHARES, QUICK_SHARES = (0.6, 0.8, 1.0, 1.3, 1.7), (0.7, 1.0, 1.5)
"""Constant bitrates, as shares of what the variable one takes at its middle quality."""
LONG_QUALITIES, QUICK_LONG_QUALITIES = (22, 26, 30), (23, 28)
MAX_SECONDS = 600
BUDGET_HEVC, BUDGET_VARIABLE = 25, 20


def measure(quick: bool, folder: Path | None) -> Report:
    """Quick: one clip at 480p, fewer points, and the long clip in miniature."""
    os.environ |= {
        "REELSTACK_FFMPEG_PATH": str(programs.ffmpeg()),
        "REELSTACK_FFPROBE_PATH": str(programs.ffprobe()),
        "REELSTACK_ENCODE_THREADS": "1",
    }
    report = Report("quality")
    sources = clips(folder)
    with tempfile.TemporaryDirectory(prefix="reelstack-quality-") as name:
        place = Path(name)
        savings = [_compare_codecs(report, source, place, quick) for source in _wanted(sources, quick, folder)]
        hevc = round(100 * fmean(savings), 1)
        report.checks.append(Check("HEVC against AVC at equal VMAF (BD-rate)", hevc, "% fewer bits", BUDGET_HEVC, True))
        for source in _wanted(sources, quick, folder):
            _check_caps(report, source, place)
        _compare_variable(report, sources, place, quick)
    return report


def _wanted(sources: list[Path], quick: bool, folder: Path | None) -> list[Path]:
    return sources[:1] if quick and folder is None else sources


def _plan(source: Path) -> Plan:
    with source.open("rb") as file:
        container = sniff(file.read(SNIFF_BYTES))
    content_type = next(kind for kind, family in FAMILY_OF_TYPE.items() if family == container)
    facts = find_facts(source, content_type, max_seconds=MAX_SECONDS)
    return make_plan(facts, segment_seconds=4, avc_rungs=CAPS_KBPS)


# --- HEVC against AVC ------------------------------------------------------------------------------------------------


def _compare_codecs(report: Report, source: Path, place: Path, quick: bool) -> float:
    plan = _plan(source)
    heights = [min(one.width, one.height) for one in plan.renditions]
    height = min(heights) if quick else max(heights)
    pair = {one.codec: one for one in plan.renditions if min(one.width, one.height) == height}
    curves: dict[str, Curve] = {}
    for codec in ("avc", "hevc"):
        qualities = QUICK_QUALITIES if quick else QUALITIES
        curves[codec] = [_point(plan, source, pair[codec], _even(crf), place) for crf in qualities]
    saved = saving(curves["avc"], curves["hevc"])
    row: dict[str, object] = {"what": f"{source.stem} {height}p", "hevc_saves_%": round(100 * saved, 1)}
    for codec, curve in curves.items():
        row[f"{codec}_kbps@vmaf"] = " ".join(f"{kbps:.0f}@{quality:.1f}" for kbps, quality in curve)
    report.rows.append(row)
    return saved


def _even(crf: float) -> Spending:
    return Spending(crf=crf, peak_kbps=UNBOUND, buffer_kbits=UNBOUND)


def _point(plan: Plan, source: Path, rendition: Rendition, spent: Spending, place: Path) -> tuple[float, float]:
    """(kbps, VMAF) of the whole clip as one segment."""
    target = place / "point.mp4"
    whole = Segment(number=0, start_frame=0, end_frame=plan.facts.frames)
    media.ffmpeg(encode_segment(plan, source, whole, [Picture(rendition, spent, target)], threads=1), 3600)
    return _kbps(plan, target.stat().st_size), vmaf(target, source, rendition.width, rendition.height)


def _kbps(plan: Plan, size: int) -> float:
    return size * 8 / 1000 / float(plan.seconds)


# --- caps ------------------------------------------------------------------------------------------------------------


def _check_caps(report: Report, source: Path, place: Path) -> None:
    """Every rendition as production makes it: the average must stay within the cap of its rung."""
    plan = _plan(source)
    first, _, effort = encode_clip(plan, source, place)
    sizes = {plan.first.name: first.size}
    for segment in plan.segments:
        for name, part in encode_capped(plan, source, segment, place, effort).items():
            sizes[name] = sizes.get(name, 0) + part.size
    for one in plan.renditions:
        kbps = round(_kbps(plan, sizes[one.name]), 1)
        report.checks.append(Check(f"{source.stem} {one.name} average", kbps, "kbps", one.cap_kbps))


# --- a long clip -----------------------------------------------------------------------------------------------------


def _compare_variable(report: Report, sources: list[Path], place: Path, quick: bool) -> None:
    seconds, size = (QUICK_LONG_SECONDS, QUICK_LONG_SIZE) if quick else (LONG_SECONDS, LONG_SIZE)
    source = long_clip(sources, place / "long.mp4", seconds, size)
    plan = _plan(source)
    rendition = next(one for one in plan.renditions if one.codec == "hevc")
    product = spending(plan, rendition, seconds, None)
    qualities = QUICK_LONG_QUALITIES if quick else LONG_QUALITIES
    variable = [
        _point(plan, source, rendition, product.model_copy(update={"crf": float(crf)}), place) for crf in qualities
    ]
    middle = variable[len(variable) // 2][0]
    shares = QUICK_SHARES if quick else SHARES
    constant = [_constant(plan, source, rendition, middle * share, place) for share in shares]
    saved = round(100 * saving(constant, variable), 1)
    for name, curve in (("constant", constant), ("variable", variable)):
        points = " ".join(f"{kbps:.0f}@{quality:.1f}" for kbps, quality in curve)
        report.rows.append({"what": f"{seconds} s in {name} bitrate, {min(size)}p", "kbps@vmaf": points})
    report.checks.append(
        Check("variable against constant bitrate at equal VMAF", saved, "% fewer bits", BUDGET_VARIABLE, True)
    )


def _constant(plan: Plan, source: Path, rendition: Rendition, kbps: float, place: Path) -> tuple[float, float]:
    """The same encoder held to a rate, second by second."""
    target = place / "constant.mp4"
    rate = f"bitrate={kbps:.0f}:vbv-maxrate={kbps:.0f}:vbv-bufsize={kbps:.0f}"
    options = f"keyint={plan.gop_frames}:min-keyint={plan.gop_frames}:scenecut=0:open-gop=0:{rate}:strict-cbr=1"
    scaled = ["-vf", f"scale={rendition.width}:{rendition.height}:flags=bicubic", "-an"]
    encoder = ["-c:v", "libx265", "-preset", HEVC_PRESET, "-x265-params", f"{options}:log-level=error:pools=1"]
    command = [str(programs.ffmpeg()), "-v", "error", "-y", "-i", str(source), *scaled, *encoder, str(target)]
    subprocess.run(command, check=True, timeout=3600)
    return _kbps(plan, target.stat().st_size), vmaf(target, source, rendition.width, rendition.height)


if __name__ == "__main__":
    run(measure, takes_clips=True)
