"""Viewer documents of the search, written with the rows of a day that the loader of viewer profiles takes.

A search engine that does not answer stops no day: what it missed is counted (`ViewersNotIndexed`), and written with the
viewer's next change, or by a reindex. Without an engine (profile `core`) nothing is written.
"""

from collections.abc import Sequence

from reelstack.feed.viewer_profiles import Row
from reelstack.platform.clock import now_ms
from reelstack.platform.telemetry import count, logger
from reelstack.search import indexes, indexing
from reelstack.search.documents import ViewerInterests
from reelstack.search.errors import SearchUnavailable


def write(rows: Sequence[Row]) -> None:
    if not indexes.there():
        return
    now = now_ms()
    try:
        failed = len(indexing.index_viewers([_interests(row, now) for row in rows]))
    except SearchUnavailable as error:
        logger.warning("viewers were not indexed", error=str(error))
        failed = len(rows)
    if failed:
        count("ViewersNotIndexed", failed)


def _interests(row: Row, now: int) -> ViewerInterests:
    """A viewer of whom nothing is known any more has no interests; a day that is not over ends now, on a laptop."""
    version = min(row.as_of, now) if row.as_of else now
    return ViewerInterests(row.viewer, dict(row.interests), row.region, row.language, version)
