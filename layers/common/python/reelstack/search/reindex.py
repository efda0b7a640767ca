"""Building a search index anew from its table, a page at a time, while the old one answers and streams feed both.

The pages are the caller's to ask for: each can be asked for again, and who lost count begins anew.
"""

from typing import Any

from pydantic import BaseModel

from reelstack.platform import cursors
from reelstack.platform.clock import now_ms
from reelstack.search import indexes, indexing
from reelstack.search.documents import Document, SearchKind
from reelstack.search.errors import ReindexEnded
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile
from reelstack.tables.moderation import Strike
from reelstack.tables.videos import Video

AT_ONCE = 200


class Rebuild(BaseModel):
    """How far it is. Ask again with `index` and `cursor` until it is `done`."""

    kind: SearchKind
    index: str
    seen: int
    """Items of this page."""
    indexed: int
    """Those of them that a search can find now."""
    failed: int
    """Those that the index did not take; the log says why."""
    cursor: str | None
    done: bool


def begin(kind: SearchKind) -> str:
    """A new, empty index that streams feed from now on; an unfinished one is dropped. Returns its name."""
    indexes.fed(kind)  # there is one to be replaced
    indexes.drop_unfinished(kind)
    return indexes.make(kind, now_ms(), searched=False)


def go_on(kind: SearchKind, index: str, cursor: str | None) -> Rebuild:
    """Writes a page of the table into it; with the last page it takes the place of the one that is searched.

    Raises ReindexEnded, CursorInvalid or SearchUnavailable.
    """
    name, _, time = index.rpartition("-")
    if name != kind or index not in indexes.named(kind, fed=True) or index in indexes.named(kind):
        raise ReindexEnded
    seen, documents, following = _page(kind, cursor)
    # What cannot be found is not written: the index is new.
    wanted = {key: document for key, document in documents.items() if document}
    versions = {key: int(document.get("computed_at", time)) for key, document in wanted.items()}
    failed = indexes.write_each([index], wanted, versions)
    if following is None:
        indexes.take_over(kind, index)
    return Rebuild(
        kind=kind,
        index=index,
        seen=seen,
        indexed=len(wanted) - len(failed),
        failed=len(failed),
        cursor=following,
        done=following is None,
    )


def _page(kind: SearchKind, cursor: str | None) -> tuple[int, dict[str, Document | None], str | None]:
    after = cursors.decode(cursor, *((str, str) if kind is SearchKind.CREATORS else (str,)))
    last: dict[str, Any] | None
    if kind is SearchKind.VIEWERS:
        profiles = ViewerProfile.scan(limit=AT_ONCE, consistent_read=True, last_evaluated_key=_key("viewer_id", after))
        documents, last = indexing.documents_of_viewers(profiles), profiles.last_evaluated_key
    elif kind is SearchKind.VIDEOS:
        videos = Video.scan(limit=AT_ONCE, consistent_read=True, last_evaluated_key=_key("video_id", after))
        documents, last = indexing.documents_of_videos(videos), videos.last_evaluated_key
    elif kind is SearchKind.CREATORS:
        keys = {"creator_id": {"S": after[0]}, "video_id": {"S": after[1]}} if after else None
        noted = Strike.scan(limit=AT_ONCE, consistent_read=True, last_evaluated_key=keys)
        documents = indexing.documents_of_creators({one.creator_id for one in noted})
        last = noted.last_evaluated_key and {
            name: noted.last_evaluated_key[name] for name in ("creator_id", "video_id")
        }
    else:
        people = User.scan(limit=AT_ONCE, consistent_read=True, last_evaluated_key=_key("user_id", after))
        documents, last = indexing.documents_of_people(people), people.last_evaluated_key
    return len(documents), documents, cursors.encode(*(value["S"] for value in last.values())) if last else None


def _key(name: str, after: tuple[Any, ...] | None) -> dict[str, Any] | None:
    return {name: {"S": after[0]}} if after else None
