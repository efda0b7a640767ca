"""Sound whose sample rate or channels change midway, made steady: FFmpeg's filters take no such change and fail.

The sound alone is decoded into a file of one rate and layout by filters that hold no state, so that they may begin
anew with each change. It begins at the clip's time 0 and is used in the source's place.
"""

from pathlib import Path

from reelstack.media import ffmpeg_process
from reelstack.media.ffmpeg_process import ProgramFailed
from reelstack.media.ladder import Plan

CHANGES = "Changing audio frame properties on the fly"
FILE, STEADY_RATE = "steady.mka", 48_000


def is_needed(failed: ProgramFailed) -> bool:
    return CHANGES in failed.complaint


def make_steady(plan: Plan, source: Path, folder: Path, seconds: float) -> tuple[Plan, Path]:
    """A file with the sound, and the plan as it is for that file. Raises ProgramFailed or ProgramTooSlow."""
    facts, target = plan.facts, folder / FILE
    aligned = f"asetpts=PTS-({float(facts.start_seconds):.6f})/TB,atrim=start=0"
    steady = f"{aligned},aresample={STEADY_RATE},aformat=sample_fmts=s16:channel_layouts=stereo"
    reading = ffmpeg_process.reading(source, facts.container, "-threads", "1")
    writing = ("-c:a", "flac", "-map_metadata", "-1", "-map_chapters", "-1", "-f", "matroska", f"file:{target}")
    mapped = ("-map", f"0:{facts.audio_stream}", "-af", steady)
    ffmpeg_process.ffmpeg(["-v", "error", "-copyts", *reading, *mapped, *writing], seconds)
    moved = facts.model_copy(update={"container": "matroska", "audio_stream": 0, "start_ticks": 0})
    return plan.model_copy(update={"facts": moved}), target
