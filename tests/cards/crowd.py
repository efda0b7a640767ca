"""A crowd: sixty people, a public clip of each, and what each of them did about ann's clip and ann. eve looks at it."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from reelstack.interactions import comment_ids, comment_ranking
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.feed import TimelineEntry
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like
from reelstack.tables.model import connection
from reelstack.tables.moderation import AuditEntry, Report, Review
from reelstack.tables.notifications import Notification, NotificationPreference
from reelstack.tables.social import FOLLOW_SHARDS, Block, Follow
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos import videos
from tests.videos.test_videos import ASSET

SIZE = 60
PEOPLE = [f"p{n:02}" for n in range(SIZE)]
AT = int(time.time()) * 1000 - 3_600_000
THREAD = f"{AT}-3f2a9c01d4e7"


def gather() -> None:
    with ExitStack() as stack:
        batches = {
            model: stack.enter_context(model.batch_write())
            for model in (User, Video, Follow, Like, Bookmark, Comment, CommentLike, Block, NotificationPreference)
        }
        others = (Notification, TimelineEntry, Review, Report, AuditEntry, WatchPosition)
        batches |= {model: stack.enter_context(model.batch_write()) for model in others}
        for item in _items():
            batches[type(item)].save(item)


def _items() -> Iterator[Any]:
    for name in ("ann", "eve"):
        yield User(name, created_at=1, handle=name, display_name=name.title())
    yield _video("vid", "ann", 0)
    yield _comment(THREAD, "ann", 0)
    for number, one in enumerate(PEOPLE, 1):
        yield User(one, created_at=1, handle=one, display_name=one.upper(), avatar=f"u/{one}/1.jpg")
        yield _video(f"v-{one}", one, number)
        if number % 2:
            yield _follow("eve", one, number)
            yield TimelineEntry("eve", f"v#{AT + number}#v-{one}")
        yield _follow(one, "ann", number)
        yield _follow(one, "eve", number, "requested")
        yield Like("eve", f"v-{one}", liked_at=AT + number)
        yield Like(one, "vid", liked_at=AT + number, shard=f"vid#{number % SHARDS}")
        yield WatchPosition("eve", f"v-{one}", position_ms=4000, seen_at=AT, view_id="v", view_event="1", expires_at=AT)
        yield Bookmark("eve", f"v-{one}", saved_at=AT + number)
        comment_id = f"{AT + number}-{number:012x}"
        yield _comment(comment_id, one, number)
        yield CommentLike("eve", comment_ids.counter_of("vid", comment_id), liked_at=AT)
        yield _comment(f"{THREAD}.{comment_id}", one, number)
        yield Block("zoe", one, by={"zoe"}, blocker_id="zoe", blocked_at=AT + number)
        yield NotificationPreference("eve", f"mute#{one}", muted_id=one, muted_at=AT)
        yield _notification(one, number)
        yield from _for_staff(one, number)


def _for_staff(one: str, number: int) -> Iterator[Any]:
    """What a moderator or an administrator reads: a report of each, a comment that waits, a review of the clip of each,
    held by the next, and what each did to ann and her clip."""
    comment_id = f"{AT + number}-{number:012x}"
    held_by = PEOPLE[number % SIZE]
    asked = {"queue": "reviews", "kind": "reports", "attempt": 1, "asked_at": AT + number, "urgency": AT + number}
    yield Review(f"v-{one}", owner_id=one, held_by=held_by, held_until=2 * AT, **asked)
    for subject in ("vid", comment_ids.counter_of("vid", THREAD)):
        yield Report(one, subject, reason="spam", reported_at=AT + number)
    for subject in ("video:vid", "user:ann"):
        yield AuditEntry(subject, f"{AT + number:013d}-{number:012x}", at=AT + number, actor=one, action="claimed")
    fields = {"video_id": "quiet", "author_id": one, "state": "held", "text": "Nice", "created_at": AT + number}
    yield Comment(comment_ids.thread_of("quiet", comment_id), comment_id, **fields, queue="held")


def _video(video_id: str, owner: str, number: int) -> Video:
    return Video(
        video_id,
        owner_id=owner,
        title=video_id,
        state="published",
        upload_id="u",
        created_at=1,
        published_at=AT + number,
        shard=videos.shard_of(video_id),
        asset={**ASSET, "prefix": f"v/{video_id}/1/"},
    )


def _follow(one: str, other: str, number: int, state: str = "following") -> Follow:
    return Follow(one, other, state=state, since=AT + number, shard=f"{state}#{other}#{number % FOLLOW_SHARDS}")


def _comment(comment_id: str, author: str, number: int) -> Comment:
    ranked = {} if comment_ids.answered(comment_id) else {"rank": comment_ranking.rank(0, comment_id)}
    fields = {"video_id": "vid", "author_id": author, "state": "visible", "text": "Nice", "created_at": AT + number}
    return Comment(comment_ids.thread_of("vid", comment_id), comment_id, **fields, **ranked)


def _notification(actor: str, number: int) -> Notification:
    told = {"people": [[AT, actor]], "changed_at": AT + number, "pushed": "none", "expires_at": 2 * AT // 1000}
    return Notification("eve", f"mention#v-{actor}/{THREAD}", **told)


@contextmanager
def requests() -> Iterator[Counter[str]]:
    """How often each table is asked, and how."""
    seen: Counter[str] = Counter()
    wire = connection().client.meta.events

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        for table in params.get("RequestItems") or [params.get("TableName", "")]:
            seen[f"{model.name} {table}"] += 1

    wire.register("provide-client-params.dynamodb", note)
    try:
        yield seen
    finally:
        wire.unregister("provide-client-params.dynamodb", note)
