"""What the archive holds of one viewer, for their export: the events of the last 90 days, the newest day first.

A day that the daily job has compacted is one object to read, that of the viewer's bucket. Of other days, such as today,
every object is read, which only small days allow: what is not read within the time is told in the last line.
"""

import gzip
import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from reelstack.behavior import archive
from reelstack.platform import storage
from reelstack.platform.config import config

DAYS = 90
KEPT_DAYS = DAYS + 10
"""How long compacted objects are kept: the lifecycle rule of their prefix. An export may begin late."""
SECONDS = 600
"""Of reading; a function has 900, and the lines have to be stored."""
OF_USERS = ("profile_visit", "follow", "unfollow", "block")
"""Types whose `target` is a user. An export's own parts name those, as far as they are to be named."""
NOT_TOLD = ("viewer", "owner_id")


def read(user_id: str) -> Iterator[dict[str, Any]]:
    """Each event once. If there was no time for all: last {"left_out": {"until": the newest such day, …}}."""
    if not config().data_bucket:
        return
    ends, told = time.monotonic() + SECONDS, set[str]()
    for day in _days():
        for key in _keys(day, user_id):
            if time.monotonic() >= ends:
                yield {"left_out": {"until": day, "reason": "too-many-events-that-are-not-compacted"}}
                return
            for event in _of_viewer(key, user_id):
                if event["id"] not in told:
                    told.add(event["id"])
                    yield _told(event)


def _days() -> list[str]:
    today = datetime.fromtimestamp(time.time(), UTC).date()
    return [str(today - timedelta(days=ago)) for ago in range(DAYS + 1)]


def _keys(day: str, user_id: str) -> Iterable[str]:
    compacted = archive.by_viewer_key(day, archive.viewer_bucket(user_id))
    if storage.list_keys("data", f"{compacted.rpartition('/')[0]}/", most=1):
        return [compacted]
    return storage.list_keys("data", f"{archive.PREFIX}day={day}/")


def _of_viewer(key: str, user_id: str) -> Iterator[dict[str, Any]]:
    body, named = storage.stream("data", key), user_id.encode()
    if body is None:  # compacted, and nobody of this bucket did anything on that day
        return
    for line in gzip.GzipFile(fileobj=body):
        # Reading each line as JSON would take twenty times as long.
        if named in line and (event := json.loads(line)).get("viewer") == user_id:
            yield event


def _told(event: dict[str, Any]) -> dict[str, Any]:
    hidden = (*NOT_TOLD, "target") if event.get("type") in OF_USERS else NOT_TOLD
    return {name: value for name, value in event.items() if name not in hidden and value != ""}
