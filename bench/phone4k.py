"""A phone's 4K clip in HDR (HLG, 10-bit HEVC, 60 pictures a second) through the real steps, held to Lambda's limits.

Each call of a step may take the processor time that its function has, and its programs the function's memory: the
most that they hold resident, since x265 reserves far more addresses than it uses. What was measured is compared with
what production.workload says too: probe promises by it.
"""

import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench._in_process import STEP, begin, in_process
from bench._memory import PeakMemory
from bench._report import Check, Report, run
from local import programs

SECONDS, QUICK_SECONDS = 60, 1
PLANNED = {**STEP, "plan_key": "work/u1/1/plan.json"}
COLORS = "colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
DRAWN = "gradients=size=1920x1080:rate=60:duration=1:speed=0.05:seed=7:nb_colors=5:" + ":".join(
    f"c{number}={color}" for number, color in enumerate(("0x101810", "0xc0a080", "0x3050a0", "0x609040", "0xe8e8e8"))
)
GRAIN = "noise=alls=3"
MAPPED = (
    "zscale=transfer=linear:npl=203:agamma=0,format=gbrpf32le,zscale=primaries=bt709,"
    "tonemap=mobius:param=0.6:desat=0:peak=5,zscale=transfer=bt709:matrix=bt709:range=limited,format=yuv420p,"
)
"""The reference: HDR mapped at full size."""
FURTHEST = 3.0
"""Of 255, that a colour of the made clip may lie from the reference's in the mean."""


def measure(quick: bool) -> Report:
    """Quick: 1 s, whose first rung is made by segments all the same. Otherwise: 60 s."""
    return measure_clip(QUICK_SECONDS if quick else SECONDS)


def measure_clip(seconds: int) -> Report:
    report = Report("phone4k")
    source = phone_clip(seconds)
    with in_process() as s3, tempfile.TemporaryDirectory(prefix="reelstack-phone-") as name:
        begin(s3, source)
        taken = _produce()
        _check_limits(report, taken)
        _check_asset(report, s3, source, Path(name))
    return report


def phone_clip(seconds: int) -> Path:
    """One second drawn and encoded at 55 Mbit/s as phones do, repeated, with a tone; kept in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack" / "clips"
    kept = cache / f"phone4k-4-{seconds}.mp4"
    if kept.exists():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        second, whole = Path(name) / "second.mp4", Path(name) / "whole.mp4"
        drawn = ["-f", "lavfi", "-i", f"{DRAWN},format=yuv420p10le,scale=3840:2160:flags=bicubic,{GRAIN}"]
        encoder = ["-c:v", "libx265", "-preset", "ultrafast", "-b:v", "55M", "-tag:v", "hvc1"]
        _ffmpeg(*drawn, *encoder, "-x265-params", f"keyint=60:bframes=0:log-level=error:{COLORS}", str(second))
        tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
        repeated = ["-stream_loop", str(seconds - 1), "-i", str(second), *tone]
        _ffmpeg(*repeated, "-c:v", "copy", "-c:a", "aac", "-tag:v", "hvc1", str(whole))
        whole.rename(kept)
    return kept


def _ffmpeg(*arguments: str) -> bytes:
    command = [str(programs.ffmpeg()), "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=600).stdout


def _produce() -> dict[str, list[tuple[float, int]]]:
    """(processor seconds, KiB resident) of each call, by step."""
    taken: dict[str, list[tuple[float, int]]] = {}

    def step(name: str, event: dict[str, Any]) -> Any:
        answer, seconds, kib = _measured(name, event)
        taken.setdefault(name, []).append((seconds, kib))
        return answer

    probed = step("probe", STEP)
    _by_segments()
    for segment in probed["segments"]:
        step("transcode", {**PLANNED, "segment": segment, "first_rung": True})
    step("encode_first_rung", PLANNED)
    for segment in probed["segments"]:
        step("transcode", {**PLANNED, "segment": segment})
    step("package", PLANNED)
    step("sample_frames", PLANNED)
    return taken


def _by_segments() -> None:
    """Probe leaves the first rung of a few seconds in one piece: here it goes the way of a minute's."""
    from reelstack.platform import storage
    from reelstack.production.steps import read_plan

    plan = read_plan(PLANNED["plan_key"]).model_copy(update={"first_rung": "segments"})
    storage.write_json("intermediates", PLANNED["plan_key"], plan.model_dump())


def _measured(name: str, event: dict[str, Any]) -> tuple[Any, float, int]:
    import importlib

    from reelstack.production.workload import MEMORY_MB

    handler: Callable[..., Any] = importlib.import_module(f"functions.production.{name}.handler").handler
    os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = str(MEMORY_MB[name])  # what ffmpeg is held to
    before = _processor_seconds()
    with PeakMemory() as peak:
        answer = handler(event, None)
    return answer, _processor_seconds() - before, peak.peak_kib


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _check_limits(report: Report, taken: dict[str, list[tuple[float, int]]]) -> None:
    from reelstack.production import workload
    from reelstack.production.steps import read_plan

    promised = workload.worst_seconds(read_plan(PLANNED["plan_key"]))
    for name, calls in taken.items():
        seconds, mib = max(call[0] for call in calls), max(call[1] for call in calls) // 1024
        row = {"what": name, "calls": len(calls), "cpu_seconds": round(sum(call[0] for call in calls), 1)}
        report.rows.append({**row, "longest_cpu_seconds": round(seconds, 1), "resident_mib": mib})
        allowed = workload.allowed_seconds(name)
        report.checks.append(Check(f"{name}: longest call", round(seconds, 1), "processor s", round(allowed)))
        report.checks.append(Check(f"{name}: resident", mib, "MiB", workload.MEMORY_MB[name]))
        if name == "transcode":
            share = round(seconds / promised[name], 2)
            report.checks.append(Check(f"{name}: of what the estimate says", share, "times", 1))


def _check_asset(report: Report, s3: Any, source: Path, folder: Path) -> None:
    from reelstack.production.steps import asset_prefix, read_plan

    plan = read_plan(PLANNED["plan_key"])
    asset = json.loads(s3.get_object(Bucket="intermediates", Key="work/u1/1/asset.json")["Body"].read())
    lost = sum(abs(one["frames"] - plan.facts.frames) for one in asset["renditions"])
    report.checks.append(Check("pictures lost or added", lost, "pictures", 0))
    report.checks.append(Check("rules of HLS broken", len(asset["conformance"]), "rules", 0))
    for name in (plan.renditions[0].name, plan.renditions[-1].name):
        made = folder / f"{name}.mp4"
        s3.download_file("media", f"{asset_prefix(STEP['video_id'], STEP['attempt'])}{name}.mp4", str(made))
        apart = round(_distance(_colors(made, ""), _colors(source, MAPPED)), 2)
        report.checks.append(Check(f"{name}: colours beside a reference tone map", apart, "of 255", FURTHEST))


def _colors(clip: Path, filters: str, at: Fraction = Fraction(1, 2)) -> bytes:
    """Red, green and blue of a picture in blocks."""
    shown = f"{filters}scale=64:36:flags=area,format=rgb24"
    return _ffmpeg("-ss", f"{float(at)}", "-i", str(clip), "-vf", shown, "-frames:v", "1", "-f", "rawvideo", "-")


def _distance(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


if __name__ == "__main__":
    run(measure)
