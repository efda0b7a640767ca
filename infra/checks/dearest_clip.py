"""What the dearest clip costs that probe accepts, searched for at the ends of probe's limits.

Estimates grow with length, pictures and HDR, so these stand at their limits. Shapes and key frames are tried one by
one: a wide picture has wide renditions, and rare key frames cost until no segment can be cut out in time.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from infra.costs.clips import phone_facts, plan_of
from infra.settings import Settings
from reelstack.failure_reasons import Refused
from reelstack.media import ffmpeg_process, frame_grid, packets, probe
from reelstack.media.ladder import CAPS_KBPS, Facts
from reelstack.media.shape import MAX_SIDE
from reelstack.production.cost_estimate import MICRO, estimate
from reelstack.production.workload import arrange

STORED_RATES = (frame_grid.MAX_FPS, probe.MAX_SOURCE_FPS // 2, probe.MAX_SOURCE_FPS)
DECIDING = (
    *("max_duration_seconds", "segment_seconds", "avc_rungs", "av1_rungs", "av1_preset"),
    *("max_upload_bytes", "architecture", "segment_workers"),
)
"""Settings that change what is searched for."""
_FOUND: dict[tuple[Any, ...], float] = {}
"""A search takes seconds, and is asked for by every row of docs/spending.md."""


def dearest_clip(settings: Settings) -> float:
    """Dollars of one production, at most."""
    managed = 0.0 if settings.engine == "ffmpeg" else settings.mediaconvert_max_dollars
    return max(min(within_limits(settings), settings.max_clip_dollars), managed)


def _searched(settings: Settings) -> float:
    seconds, size, workers = settings.max_duration_seconds, settings.max_upload_bytes, settings.segment_workers
    found = 0.0
    for shape, rate in product(_shapes(), STORED_RATES):
        for gap in range(1, seconds + 1):
            facts = _facts(shape, seconds, min(rate * seconds, packets.MAX_PACKETS - 1), gap * rate)
            plan = plan_of(facts, settings)
            try:
                cost = estimate(arrange(plan), original_bytes=size, architecture=settings.architecture, workers=workers)
            except Refused:
                break
            found = max(found, cost.total / MICRO)
    return found


def within_limits(settings: Settings) -> float:
    """Dollars of the dearest clip, were there no `max_clip_dollars`."""
    key = tuple(getattr(settings, name) for name in DECIDING)
    if key not in _FOUND:
        _FOUND[key] = _searched(settings)
    return _FOUND[key]


def _shapes() -> Iterator[tuple[int, int]]:
    """As many pixels as there may be, and as wide as there may be at the height of each rung."""
    yield 4096, ffmpeg_process.MAX_PIXELS // 4096
    yield from ((MAX_SIDE, short) for short in CAPS_KBPS)


def _facts(shape: tuple[int, int], seconds: int, stored: int, gap: int) -> Facts:
    width, height = shape
    return phone_facts(
        width,
        height,
        frame_grid.MAX_FPS,
        seconds * frame_grid.MAX_FPS,
        transfer="hlg",
        stored_pictures=stored,
        key_frame_gap=min(stored, gap),
        stored_pixels=width * height,
    )
