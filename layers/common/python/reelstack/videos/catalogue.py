"""The catalogue: what the daily job needs to know of clips and no event says, exported from their table each night.

One row a clip that was published: when, and in which country it was uploaded. A call writes one part, of as many pages
of a scan as its time allows. Parts are written anew each night under the same names; a part that is left over from a
larger table says the same of its clips, since neither value changes.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from reelstack.platform import cursors, storage
from reelstack.tables.videos import Video

PREFIX = "catalogue/clips/"
PAGE = 1000
MOST_ROWS = 100_000
"""Of a part, which is made in memory: some 10 MB."""


@dataclass(frozen=True)
class Exported:
    """Ask again with `part` and `cursor` until it is `done`."""

    part: int
    cursor: str | None
    rows: int

    @property
    def done(self) -> bool:
        return self.cursor is None


def export(part: int, cursor: str | None, until: float) -> Exported:
    """Writes the part that begins behind `cursor`, at least a page of it. Raises CursorInvalid."""
    rows: list[str] = []
    after = cursors.decode(cursor, str)
    last: dict[str, Any] | None = {"video_id": {"S": after[0]}} if after else None
    while True:
        page = Video.scan(limit=PAGE, last_evaluated_key=last, attributes_to_get=["video_id", "published_at", "region"])
        rows += [_row(video) for video in page if video.published_at]
        last = page.last_evaluated_key
        if not last or len(rows) >= MOST_ROWS or time.time() >= until:
            break
    key = f"{PREFIX}part-{part:05}.jsonl"
    storage.write("data", key, "".join(rows).encode(), "application/x-ndjson", storage.NEVER)
    following = cursors.encode(last["video_id"]["S"]) if last else None
    return Exported(part + 1, following, len(rows))


def _row(video: Video) -> str:
    row = {"video_id": video.video_id, "published_at": int(video.published_at), "region": video.region or ""}
    return json.dumps(row) + "\n"
