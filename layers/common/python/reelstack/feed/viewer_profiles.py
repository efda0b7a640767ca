"""Viewer profiles: what viewers like in the long term, as the job `profiles` last found it, one item a viewer.

A row replaces the viewer's item unless that is of a later day: loading a file again, or an earlier day after a later
one, changes nothing. Nobody who switched `personalised` off, or whose account is erased, has an item: their rows
delete it. A row of another version or form raises RowRefused, and nothing of its page is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from reelstack.platform.clock import DAY_SECONDS
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile

KEPT_DAYS = 180
"""Three half-lives of a long-term interest: an eighth of it is left."""
MOST_INTERESTS = 200
PAGE = 100
"""Keys of one BatchGetItem."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


class RowRefused(ValueError):
    """A line is no row of a version that this module knows. Names the file's line, and nothing of its content."""


class Row(BaseModel):
    """One line of `profiles/viewer_profiles/day=…/*.jsonl`."""

    v: Literal[1]
    viewer: str = Field(min_length=1)
    day: date
    interests: dict[str, Finite] = Field(max_length=MOST_INTERESTS)


def load(lines: Iterable[bytes]) -> int:
    """Writes the rows of a file, and returns how many profiles it wrote. Raises RowRefused."""
    written, rows = 0, _rows(lines)
    while page := list(islice(rows, PAGE)):
        viewers = [row.viewer for row in page]
        allowed, known = _allowed(viewers), _days(viewers)
        with ViewerProfile.batch_write() as batch:
            for row in page:
                if row.viewer not in allowed:
                    batch.delete(ViewerProfile(row.viewer))
                elif row.day.isoformat() >= known.get(row.viewer, ""):
                    batch.save(_item(row))
                    written += 1
    return written


def interests(viewer_id: str) -> dict[str, float]:
    """Empty if nothing is known of the viewer."""
    found = next(iter(ViewerProfile.batch_get([viewer_id])), None)
    return {key: float(score) for key, score in found.interests.items()} if found else {}


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        try:
            yield Row.model_validate_json(line)
        except ValidationError as error:
            raise RowRefused(f"line {number} is no row of viewers' profiles") from error


def _allowed(viewers: Sequence[str]) -> set[str]:
    """Those whose account is there and lets what it watches choose what it is shown. Viewers without one are not."""
    found = User.batch_get(viewers, consistent_read=True, attributes_to_get=["user_id", "personalised", "deleted_at"])
    return {user.user_id for user in found if user.personalised is not False and not user.deleted_at}


def _days(viewers: Sequence[str]) -> dict[str, str]:
    found = ViewerProfile.batch_get(viewers, attributes_to_get=["viewer_id", "day"])
    return {profile.viewer_id: profile.day for profile in found}


def _item(row: Row) -> ViewerProfile:
    ends = datetime.combine(row.day, datetime.min.time(), UTC).timestamp()
    return ViewerProfile(
        row.viewer,
        day=row.day.isoformat(),
        interests=row.interests,
        expires_at=int(ends) + KEPT_DAYS * DAY_SECONDS,
    )
