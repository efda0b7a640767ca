"""What the daily profiles say of clips: quality and exposure, kept with the video's item.

The item is what search documents are made of, so neither a reindex nor a change of the video loses these, and the
video's stream takes each change into the index. A row is taken only if it is newer than the kept one: artefacts may be
loaded twice, late and out of order. A line that is no such row is left out (platform.daily_files).
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

from reelstack.platform import daily_files
from reelstack.platform.daily_files import Loaded, Target
from reelstack.tables.videos import Video
from reelstack.videos.videos import State

AT_ONCE = 16
PAGE = 500
DECIMALS = 4
"""Of a quality. A smaller change is no reason for a write."""


@dataclass(frozen=True)
class ClipFeatures:
    """A clip's row of the daily artefact `profiles/clips`."""

    video_id: str
    quality: float
    """Finish rate, smoothed by the expectation for clips of its length: 0 to 1."""
    exposure: int
    """Impressions since its publication."""
    computed_at: int
    """The end of the day that the row is of, unix milliseconds."""


READER = TypeAdapter(ClipFeatures)


def keep(rows: Iterable[ClipFeatures]) -> int:
    """Returns how many clips have a newer row now; rows of clips that are deleted, or not newer, change nothing."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(_keep, rows))


def key_of_file(day: date) -> str:
    """Where the job writes the clips that a day changed, in the bucket `data`."""
    return f"profiles/clip_records/day={day.isoformat()}/part-00000.jsonl"


def load(lines: Iterable[bytes], start: int, until: float) -> Loaded:
    """Keeps the rows from line `start` on, until a time (time.time())."""
    return daily_files.load_pages(lines, start, until, Target(_read, keep, PAGE))


def _read(line: bytes) -> ClipFeatures:
    """Raises ValueError for a line that no correct job writes."""
    row = READER.validate_json(line)
    if not (0.0 <= row.quality <= 1.0 and row.exposure >= 0 and row.computed_at > 0):  # NaN is in no range
        raise ValueError(f"{row.video_id}: quality {row.quality}, exposure {row.exposure}, of {row.computed_at}")
    return row


def _keep(row: ClipFeatures) -> bool:
    newer = Video.features_at.does_not_exist() | (Video.features_at < row.computed_at)
    return Video(row.video_id).update_if(
        Video.video_id.exists() & (Video.state != State.DELETED) & newer,
        [
            Video.quality.set(round(row.quality, DECIMALS)),
            Video.exposure.set(row.exposure),
            Video.features_at.set(row.computed_at),
        ],
    )
