"""How far the production of a clip is, for its owner: stage, renditions made, seconds that are left.

Little is written for it. Probe's one write of the lease, which reserves what the production costs, also says what it
will make; each segment of the renditions adds its number to a set, so a step that comes again counts once. The rest is
read from what is there anyway: the video's state, its preview, the order's place in the backlog. The lease goes when
the production ends, and the progress with it.
"""

from dataclasses import asdict, dataclass
from math import ceil

from pynamodb.exceptions import UpdateError

from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import logger
from reelstack.production import backlog
from reelstack.production.slots import RUNNING
from reelstack.production.steps import Work
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos.video_view import ProductionProgress, ProductionStage
from reelstack.videos.videos import State, shown_state

AHEAD = 100
"""Orders that are counted before one that waits: 25 KB, 4 read units."""
TYPICAL_SECONDS = 60
"""How long a clip's production holds a slot, before anything is known of the clip."""
SLOWEST, FASTEST = 20.0, 0.5
"""Bounds of how much slower a production may seem than it was planned, from what it has done so far."""


@dataclass(frozen=True)
class Planned:
    """What a production will make, and how long each stage is expected to take on the clock."""

    renditions: int
    segments: int
    first_seconds: float
    encode_seconds: float
    package_seconds: float
    at_ms: int


def note_segment(work: Work, number: int) -> None:
    """The renditions of this segment are made. A production that has ended is left alone, and a table that is slow
    costs nobody an encoded segment."""
    made = [Lease.segments_made.add({number})]
    try:
        Lease(RUNNING, work.execution).update_if(Lease.execution.exists(), made)
    except UpdateError as error:
        logger.warning("a segment was not noted", segment=number, error=str(error))


def read(video: Video) -> ProductionProgress | None:
    """Of a video that is queued or in production; two or three small reads."""
    execution = f"{video.upload_id}-{int(video.attempt)}"
    match shown_state(video):
        case State.QUEUED:
            return _queued(Priority(video.priority or Priority.NORMAL), execution)
        case State.PROCESSING:
            return _running(video, execution)
    return None


def _queued(priority: Priority, execution: str) -> ProductionProgress:
    ahead = backlog.ahead_of(priority, execution, AHEAD)
    if ahead is None:
        return ProductionProgress(stage=ProductionStage.QUEUED)
    waits = TYPICAL_SECONDS * (ahead + 1) / config().production_slots
    return ProductionProgress(stage=ProductionStage.QUEUED, remaining_seconds=ceil(waits + TYPICAL_SECONDS))


def _running(video: Video, execution: str) -> ProductionProgress:
    try:
        lease = Lease.get(RUNNING, execution)
    except Lease.DoesNotExist:
        return ProductionProgress(stage=ProductionStage.PROBING)
    if not lease.planned:
        return ProductionProgress(stage=ProductionStage.PROBING, remaining_seconds=TYPICAL_SECONDS)
    return progress_of(
        Planned(**lease.planned),
        watchable=video.preview is not None,
        segments_made=len(lease.segments_made or ()),
        elapsed_seconds=(now_ms() - lease.planned["at_ms"]) / 1000,
    )


def progress_of(planned: Planned, *, watchable: bool, segments_made: int, elapsed_seconds: float) -> ProductionProgress:
    """Where a production stands that probe planned so long ago; `watchable`: its first rung is made. Pure."""
    later = planned.encode_seconds + planned.package_seconds
    if not watchable:
        stage, done = ProductionStage.FIRST_RUNG, 0
        left = max(planned.first_seconds - elapsed_seconds, planned.first_seconds / 10) + later
    else:
        share = min(1.0, segments_made / planned.segments) if planned.segments else 1.0
        so_far = planned.first_seconds + planned.encode_seconds * share
        speed = min(max(elapsed_seconds / so_far, FASTEST), SLOWEST) if so_far else 1.0
        stage = ProductionStage.ENCODING if share < 1 else ProductionStage.PACKAGING
        done = 1 + int((planned.renditions - 1) * share)
        left = (planned.encode_seconds * (1 - share) + planned.package_seconds) * speed
    return ProductionProgress(
        stage=stage,
        renditions_done=done,
        renditions_total=planned.renditions,
        remaining_seconds=max(1, ceil(left)),
    )


def stored(planned: Planned) -> dict[str, float]:
    return asdict(planned)
