"""Viewer profiles: what viewers like in the long term, as the job `profiles` last found it, one item a viewer.

A row replaces the viewer's item unless that is of a later day: loading a file again, or an earlier day after a later
one, changes nothing. Nobody who switched `personalised` off, or whose account is deleted, has an item: their rows
delete it. A line of another form is left out (platform.daily_files).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from reelstack.feed import choices, live_signals, seen_keys
from reelstack.platform import cache, daily_files
from reelstack.platform.clock import DAY_SECONDS, now_ms
from reelstack.platform.daily_files import Loaded, Target
from reelstack.platform.stream_records import StreamRecord
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile

KEPT_DAYS = 180
"""Three half-lives of a long-term interest: an eighth of it is left."""
MOST_INTERESTS = 200
PAGE = 100
"""Keys of one BatchGetItem."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Row(BaseModel):
    """One line of `profiles/viewer_records/day=…/part-00000.jsonl`."""

    viewer: str = Field(min_length=1)
    gone: bool = False
    """Nothing is known of the viewer any more."""
    as_of: int = 0
    """Unix milliseconds at which the scores hold; reelstack.feed.scores says how they fade."""
    region: str = ""
    language: str = ""
    totals: dict[str, int] = Field(default_factory=dict, max_length=50)
    interests: list[tuple[str, Finite]] = Field(default_factory=list, max_length=MOST_INTERESTS)


def key_of_file(day: date) -> str:
    """Where the job writes a day's rows, in the bucket `data`."""
    return f"profiles/viewer_records/day={day.isoformat()}/part-00000.jsonl"


def load(
    lines: Iterable[bytes], start: int, until: float, also: Callable[[Sequence[Row]], None] | None = None
) -> Loaded:
    """Writes the rows from line `start` on, until a time (time.time()), and gives each written page to `also`."""

    def write(page: Sequence[Row]) -> None:
        _write(page)
        if also:
            also(page)

    return daily_files.load_pages(lines, start, until, Target(Row.model_validate_json, write, PAGE))


def read(viewer_id: str) -> ViewerProfile | None:
    """None if nothing is known of the viewer."""
    return next(iter(ViewerProfile.batch_get([viewer_id])), None)


def cached_as(viewer_id: str) -> str:
    """The key under which the feed has a viewer's profile (feed.viewer_context)."""
    return f"profile:{viewer_id}"


def forget(viewer_ids: Collection[str]) -> None:
    """Deletes what is known of viewers: the item, and where there is a cache live interests and what they were shown.

    Events of theirs that the stream holds may bring live interests back: the key ends 30 days after its last write.
    Raises when the cache does not answer, so that a stream consumer tries again.
    """
    for viewer_id in viewer_ids:
        ViewerProfile(viewer_id).delete()
    now = now_ms()
    keys = [key for one in viewer_ids for key in (live_signals.viewer_key(one), *seen_keys.keys(one, now))]
    known_last = [cache.last_of(key(one)) for one in viewer_ids for key in (blocks.cached_as, choices.cached_as)]
    cache.invalidate(*(key.removeprefix(cache.PREFIX) for key in keys), *map(cached_as, viewer_ids), *known_last)


def forgotten(record: StreamRecord) -> bool:
    """Whether with this record of the users' table its user opted out of being personalised, or was erased."""
    opted_out = record.new.get("personalised") is False and record.old.get("personalised") is not False
    return opted_out or not record.new or bool(record.new.get("expires_at"))


def _write(page: Sequence[Row]) -> None:
    viewers = [row.viewer for row in page]
    allowed, known = _allowed(viewers), _as_of(viewers)
    with ViewerProfile.batch_write() as batch:
        for row in page:
            if row.gone or row.viewer not in allowed:
                batch.delete(ViewerProfile(row.viewer))
            elif row.as_of >= known.get(row.viewer, 0):
                batch.save(_item(row))


def _allowed(viewers: Sequence[str]) -> set[str]:
    """Those whose account is there and lets what it watches choose what it is shown. Viewers without one are not."""
    found = User.batch_get(viewers, consistent_read=True, attributes_to_get=["user_id", "personalised", "deleted_at"])
    return {user.user_id for user in found if user.personalised is not False and not user.deleted_at}


def _as_of(viewers: Sequence[str]) -> dict[str, int]:
    found = ViewerProfile.batch_get(viewers, attributes_to_get=["viewer_id", "as_of"])
    return {profile.viewer_id: int(profile.as_of) for profile in found}


def _item(row: Row) -> ViewerProfile:
    return ViewerProfile(
        row.viewer,
        as_of=row.as_of,
        region=row.region or None,
        language=row.language or None,
        totals=row.totals,
        interests=dict(row.interests),
        expires_at=row.as_of // 1000 + KEPT_DAYS * DAY_SECONDS,
    )
