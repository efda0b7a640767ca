"""The inbox is what holds: of anything a few people do and take back, told twice, late and in any order."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack.interactions import comment_ids
from reelstack.notifications import activities, blocked, inbox, notifications, preferences
from reelstack.platform import stream_records
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.tables.accounts import Handle, User
from reelstack.tables.interactions import Comment, CommentLike, Like
from reelstack.tables.model import deployed
from reelstack.tables.notifications import Notification, NotificationPreference
from reelstack.tables.social import Block
from reelstack.videos import change_events
from tests.conftest import empty_tables
from tests.videos.test_videos import make

PEOPLE = ("bob", "cid")
PARENT = "1795420800000-3f2a9c01d4e7"
"""ann's comment on her video, from before."""
Told = dict[str, tuple[list[str], bool]]


@dataclass
class World:
    """What holds, the records that it made, and what ann should have been told: (who, what) -> the turn of it."""

    records: list[dict[str, Any]] = field(default_factory=list)
    items: dict[tuple[str, ...], Any] = field(default_factory=dict)
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    read_to: int = -1
    turn: int = 0

    def act(self, kind: str, who: str) -> dict[str, Any]:
        """Does it, or takes it back if it holds. Returns the record."""
        self.turn += 1
        before = self.items.get((kind, who))
        item = None if before else MAKERS[kind](who, now_ms() + self.turn)
        if kind == "comment" and before:
            item = Comment(before.thread, before.comment_id, **_fields(before) | {"state": "deleted", "mentions": []})
        if kind == "mention":
            base = MAKERS[kind](who, 0)
            mentions = [] if before else ["ann"]
            old = Comment(base.thread, base.comment_id, **_fields(base) | {"mentions": ["ann"] if before else []})
            item = Comment(base.thread, base.comment_id, **_fields(base) | {"mentions": mentions})
            made = self._record(item, old)
            self.items[kind, who] = None if before else item
            self._tell(kind, who, bool(before))
            return made
        self.items[kind, who] = None if before else item
        self._tell(kind, who, bool(before))
        return self._record(item, before)

    def _tell(self, kind: str, who: str, ended: bool) -> None:
        if not ended and (kind in ONCE or (kind, who) not in self.told):
            self.told[kind, who] = self.turn  # a new comment is news; what is toggled within a day is not

    def _record(self, item: Any, before: Any) -> dict[str, Any]:
        images = {"NewImage": item, "OldImage": before}
        table = deployed(type(item or before)).field
        made = {
            "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/now",
            "dynamodb": {name: one.serialize() for name, one in images.items() if one}
            | {"SequenceNumber": str(10**20 + self.turn)},
        }
        self.records.append(made)
        return made

    def read(self) -> None:
        shown = [turn for (kind, who), turn in self.told.items() if self.items.get((kind, who))]
        self.read_to = max([self.read_to, *shown])

    def inbox(self) -> Told:
        found: dict[str, list[tuple[str, int]]] = {}
        for (kind, who), item in self.items.items():
            if item:
                found.setdefault(SUBJECTS[kind](who), []).append((who, self.told[kind, who]))
        return {
            subject: (sorted(who for who, _ in entries), max(turn for _, turn in entries) > self.read_to)
            for subject, entries in found.items()
        }


def _fields(comment: Comment) -> dict[str, Any]:
    names = ("video_id", "author_id", "state", "text", "created_at", "mentions")
    return {name: getattr(comment, name) for name in names}


def _comment(who: str, at: int, comment_id: str) -> Comment:
    fields = {"video_id": "vid", "author_id": who, "state": "visible", "text": "!", "created_at": at, "mentions": []}
    return Comment(comment_ids.thread_of("vid", comment_id), comment_id, **fields)


def _mentioning(who: str) -> str:
    return f"{PARENT}.1795420800001-{who.encode().hex():0<12.12}"


MAKERS: dict[str, Callable[[str, int], Any]] = {
    "like": lambda who, at: Like(who, "vid", liked_at=at),
    "comment-like": lambda who, at: CommentLike(who, f"vid/{PARENT}", liked_at=at),
    "comment": lambda who, at: _comment(who, at, comment_ids.new(at)),
    "mention": lambda who, at: _comment(who, at or 1795420800001, _mentioning(who)),
}
SUBJECTS: dict[str, Callable[[str], str]] = {
    "like": lambda _: "like#vid",
    "comment-like": lambda _: f"comment-like#vid/{PARENT}",
    "comment": lambda _: "comment#vid",
    "mention": lambda who: f"mention#vid/{_mentioning(who)}",
}
ONCE = ("comment",)
ACTS = st.tuples(st.sampled_from(sorted(MAKERS)), st.sampled_from(PEOPLE))


def world() -> World:
    empty_tables()
    make()
    for name in ("ann", *PEOPLE):
        User(name, created_at=1, handle=name).save()
    Handle("ann", user_id="ann").save()
    _comment("ann", 1, PARENT).save()
    return World()


def follow(*records: dict[str, Any]) -> int:
    """As the function does, without a push. Returns how many notifications ann is told of."""
    read = stream_records.read({"Records": list(records)})
    blocked.follow(read)
    stored = notifications.store(activities.of_records(read))
    for item in stored:
        notifications.settle(item, notifications.Pushed.SENT)
    notifications.remove(activities.gone_subjects(read))
    return len([item for item in stored if item.user_id == "ann"])


def shown() -> Told:
    found, _ = inbox.read("ann", 50, None)
    assert inbox.unread("ann") == sum(one.unread for one in found)
    return {one.subject: (sorted(one.people), one.unread) for one in found}


SMALL = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SMALL
@given(acts=st.lists(ACTS | st.just(("read", "ann")), min_size=1, max_size=9), seed=st.integers())
def test_an_inbox_is_what_holds_and_says_once_a_day_what_is_toggled(
    aws: Config, acts: list[tuple[str, str]], seed: int
) -> None:
    """In the order of streams, with batches that come again."""
    holds, chance = world(), random.Random(seed)
    for kind, who in acts:
        if kind == "read":
            holds.read()
            preferences.mark_read("ann", max([one.at for one in inbox.read("ann", 50, None)[0]], default=0))
        else:
            news = (kind, who) not in holds.told or kind in ONCE
            record = holds.act(kind, who)
            ended = not holds.items[kind, who]
            assert follow(record) == int(news and not ended)
            assert follow(*chance.choices(holds.records, k=2)) == 0, "what comes again tells nobody"
        assert shown() == holds.inbox()


@SMALL
@given(acts=st.lists(ACTS, min_size=1, max_size=9), data=st.data())
def test_an_inbox_is_what_holds_whatever_order_records_come_in(
    aws: Config, acts: list[tuple[str, str]], data: Any
) -> None:
    holds = world()
    for kind, who in acts:
        holds.act(kind, who)
    records = holds.records + data.draw(st.lists(st.sampled_from(holds.records), max_size=4))
    records = data.draw(st.permutations(records))
    while records:
        size = data.draw(st.integers(1, len(records)))
        for table in {record["eventSourceARN"] for record in records[:size]}:
            follow(*(one for one in records[:size] if one["eventSourceARN"] == table))
        records = records[size:]
    expected = {subject: people for subject, (people, _) in holds.inbox().items()}
    assert {subject: people for subject, (people, _) in shown().items()} == expected


def test_what_was_taken_back_leaves_nothing_in_the_index_and_ends_soon(aws: Config) -> None:
    holds = world()
    follow(holds.act("like", "bob"), holds.act("like", "bob"))
    (item,) = Notification.query("ann")
    assert item.changed_at is None
    assert item.expires_at < now_ms() // 1000 + 3 * 24 * 3600
    assert follow(holds.act("like", "bob")) == 1


def test_a_comment_that_goes_takes_its_replies_and_likes_out_of_its_authors_inbox(aws: Config) -> None:
    holds = world()
    mine = _comment("ann", 1, PARENT)
    follow(holds.act("comment-like", "bob"))
    follow(holds._record(_comment("cid", 5, f"{PARENT}.1795420800009-aaaaaaaaaaaa"), None))
    assert len(shown()) == 2
    mine.update([Comment.state.set("deleted")])
    follow(holds._record(Comment(mine.thread, PARENT, **_fields(mine)), _comment("ann", 1, PARENT)))
    assert shown() == {}


def test_a_mention_of_who_gave_up_the_handle_since_goes_with_its_comment(aws: Config) -> None:
    holds = world()
    follow(holds.act("mention", "bob"))
    Handle("ann").update([Handle.free_at.set(now_ms() // 1000 + 99)])
    follow(holds.act("mention", "bob"))
    assert shown() == {}


def test_taking_a_block_back_brings_nothing_back_that_was_before_it(aws: Config) -> None:
    holds = world()
    follow(holds.act("like", "bob"), holds.act("like", "cid"))
    at = now_ms() + 5
    for one, other in (("ann", "bob"), ("bob", "ann")):
        block = Block(one, other, by={"ann"}, stood_at=at)
        block.save()
        record = holds._record(block, None)
        record["dynamodb"]["Keys"] = {"user_id": {"S": one}, "other_id": {"S": other}}
        follow(record)
        block.delete()
        follow({**record, "dynamodb": {**record["dynamodb"], "OldImage": record["dynamodb"]["NewImage"]}})
    assert shown() == {"like#vid": (["cid"], True)}
    assert {item.preference for item in NotificationPreference.scan()} == {"since#bob", "since#ann"}
    item = Like("bob", "vid", liked_at=at + 86_400_000)
    assert follow(holds._record(item, None)) == 1, "what they do from then on is told"
    assert shown() == {"like#vid": (["bob", "cid"], True)}


def test_of_many_who_are_not_kept_the_counter_says_how_many_are_left(aws: Config) -> None:
    holds = world()
    people = [f"fan{n}" for n in range(20)]
    follow(*(holds.act("like", one) for one in people))
    (item,) = Notification.query("ann")
    item.update([Notification.touched_at.set(1)])
    from reelstack.tables.counters import Counter

    Counter("vid", likes=4).save()
    follow(*(holds.act("like", one) for one in people[4:]))
    (one,) = inbox.read("ann", 50, None)[0]
    assert (one.people, one.count) == ([], 4)
    Counter("vid", likes=0).save()
    assert shown() == {}


@pytest.mark.parametrize(
    ("state", "kinds"), [("following", {"follow", "follow-accepted"}), ("requested", {"follow-request"})]
)
def test_a_follow_that_ends_is_said_and_taken_out_of_both_inboxes(aws: Config, state: str, kinds: set[str]) -> None:
    fields = {"follower_id": {"S": "bob"}, "followee_id": {"S": "ann"}, "state": {"S": state}, "since": {"N": "7"}}
    (ended,) = change_events.read_follow(stream_records.StreamRecord({"dynamodb": {"OldImage": fields}}))
    event = {"detail-type": ended.name, "detail": ended.model_dump(exclude={"name"})}
    found = activities.of_event(event)
    assert {str(one.kind) for one in found} == kinds
    assert all(one.withdrawn for one in found)


def test_follows_requests_and_their_ends_are_what_holds_in_any_order(aws: Config) -> None:
    world()
    at = now_ms()

    def event(name: str, **detail: Any) -> dict[str, Any]:
        return {"detail-type": name, "detail": {"follower_id": "bob", "followee_id": "ann", **detail}}

    asked = event("FollowChanged", state="requested", accepted=False, since=at)
    accepted = event("FollowChanged", state="following", accepted=True, since=at + 5)
    ended = event("FollowEnded", state="following", since=at + 5)
    followed = event("FollowChanged", state="following", accepted=False, since=at + 9)

    def told(*events: dict[str, Any]) -> tuple[set[str], set[str]]:
        for one in events:
            notifications.store(activities.of_event(one))
        return set(shown()), {one.subject for one in inbox.read("bob", 50, None)[0]}

    assert told(asked) == ({"follow-request#"}, set())
    assert told(accepted, asked) == (set(), {"follow-accepted#"})
    assert told(followed, ended, accepted, asked) == ({"follow#"}, set())
