"""Snapshots: artefacts that are whole each day. The newest is in service, and the next day goes on from it.

A lifecycle rule goes by age, and would delete the newest of a job that stood still: profiles and totals of all time
would begin anew. So each step that has written one deletes the older ones, all but the last KEPT up to its own day; a
back-fill leaves those of later days alone. What it could go on from may be gone by then: `latest` refuses to begin from
nothing.
"""

import re

from jobs.profiles.place import Place

KEPT = 15
"""A back-fill of two weeks, as many as the ranker reads, has the snapshot before its first day."""
DAY = re.compile(r"(?:day=)?(\d{4}-\d\d-\d\d)")


class TooFarBack(Exception):
    """The snapshot that a day would go on from is deleted."""


def latest(place: Place, folder: str, day: str) -> str | None:
    """The path of the newest snapshot before `day`; None if there never was one. Raises TooFarBack."""
    found = _by_day(place, folder)
    if earlier := [each for each in found if each < day]:
        return f"{folder}/{found[earlier[-1]]}"
    # No step leaves fewer than KEPT once there were more.
    if len([each for each in found if each > day]) >= KEPT - 1:
        raise TooFarBack(f"{folder} has nothing before {day}: a back-fill can begin after {min(found)}")
    return None


def forget(place: Place, folder: str, day: str) -> list[str]:
    """Deletes all but the last KEPT up to `day`. Returns the days that are gone."""
    found = _by_day(place, folder)
    gone = [each for each in found if each <= day][:-KEPT]
    for each in gone:
        place.delete(f"{folder}/{found[each]}")
    return gone


def _by_day(place: Place, folder: str) -> dict[str, str]:
    """Day -> name in the folder, oldest first."""
    return {found[1]: name for name in place.names(folder) if (found := DAY.fullmatch(name))}
