"""Which pictures of a clip moderation looks at: where something new comes into view, spread over all of it."""

import re
from pathlib import Path

from reelstack.media import ffmpeg_args, ffmpeg_process

SECONDS_PER_FRAME = 5
FEWEST, MOST = 4, 60
"""Twelve pictures a minute; a very long clip is not looked at for ever."""
STILL = 0.01
"""Below this nothing in a window counts as a change, and its middle stands for it."""
SAMPLE_SECONDS = 265

SCORE = re.compile(r"lavfi\.scene_score=([\d.]+)")


def sample(clip: Path, seconds: float, folder: Path) -> list[Path]:
    """Writes JPEGs 0001.jpg, 0002.jpg ... of our own first rung into `folder`, in the order they are shown.

    Raises ProgramFailed or ProgramTooSlow.
    """
    chosen = choose(_scene_scores(clip), wanted(seconds))
    ffmpeg_process.ffmpeg(ffmpeg_args.stills(clip, chosen, folder), SAMPLE_SECONDS)
    return sorted(folder.glob("*.jpg"))


def wanted(seconds: float) -> int:
    return min(MOST, max(FEWEST, round(seconds / SECONDS_PER_FRAME)))


def choose(scores: list[float], count: int) -> list[int]:
    """Numbers of at most `count` frames: the first, and of each equal stretch the one that changes most.

    A burst of cuts in one place cannot draw all attention to itself: every stretch is looked at.
    """
    stretches = min(count - 1, len(scores)) or 1
    chosen = {0}
    for stretch in range(stretches):
        start, end = (len(scores) * edge // stretches for edge in (stretch, stretch + 1))
        newest = max(range(start, end), key=lambda number: scores[number])
        chosen.add(newest if scores[newest] > STILL else (start + end) // 2)
    return sorted(chosen)


def _scene_scores(clip: Path) -> list[float]:
    """How much each picture differs from the one before, 0 to 1, judged on a thumbnail of it."""
    ran = ffmpeg_process.ffmpeg(ffmpeg_args.scene_scores(clip), SAMPLE_SECONDS)
    return [float(score) for score in SCORE.findall(ran.output)]
