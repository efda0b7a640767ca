"""What people do is an event, read off the tables: each act one, the same however often it is read."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.behavior.stored_event import FIELDS, TABLE_TYPES
from reelstack.counters import counters
from reelstack.platform import aws as seam
from reelstack.platform import event_stream
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.privacy import account_erasure
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Bookmark, Comment, Like, Share
from reelstack.tables.moderation import Report
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video
from reelstack.videos import table_events
from tests.support.functions import handler_of
from tests.support.kinesis import delete_stream, make_stream
from tests.support.streams import Streams
from tests.videos.test_videos import make

Call = Callable[..., Any]
Read = Callable[[], list[dict[str, Any]]]
MIA = {"user": "mia", "roles": ("moderator",)}
COMMENTS = "/v1/videos/vid/comments"


@pytest.fixture(autouse=True)
def world(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "PAUSE_SECONDS", 0)
    for name in ("ann", "bob", "cid"):
        User(name, created_at=1, handle=name).save()
    make(tags=["cats"], duration_ms=15_000)


@pytest.fixture
def sent(world: None, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads the stream: of each event one, since the tests' streams repeat all they say."""
    read = make_stream(monkeypatch)

    def once() -> list[dict[str, Any]]:
        lines = read()
        events = {line["id"]: line for line in lines}
        assert len(lines) % 2 == 0
        assert len(lines) >= 2 * len(events)
        return sorted(events.values(), key=lambda line: (line["at"], line["type"]))

    return once


@pytest.fixture
def streams(sent: Read, context: Any) -> Streams:
    return Streams(context)


def act(call: Call, method: str, path: str, user: str = "bob", service: str = "interactions", **body: Any) -> None:
    answer = call(service, method, path, user=user, **({"body": body} if body else {}))
    assert answer.status < 300, answer.json


LIKE, KEEP, FOLLOW = "/v1/videos/vid/like", "/v1/videos/vid/bookmark", "/v1/users/ann/follow"
CLIP = {"video_id": "vid", "owner_id": "ann", "tags": ["cats"], "duration_ms": 15_000}
ACTS: dict[str, tuple[Callable[[Call], None], dict[str, object], Callable[[], float]]] = {
    "like": (lambda call: act(call, "PUT", LIKE), CLIP, lambda: Like.get("bob", "vid").liked_at),
    "bookmark": (lambda call: act(call, "PUT", KEEP), CLIP, lambda: Bookmark.get("bob", "vid").saved_at),
    "share": (
        lambda call: act(call, "PUT", "/v1/videos/vid/shares/email"),
        CLIP | {"what": "email"},
        lambda: next(Share.query("bob")).shared_at,
    ),
    "comment": (lambda call: act(call, "POST", COMMENTS, text="Nice!"), CLIP, lambda: next(Comment.scan()).created_at),
    "follow": (
        lambda call: act(call, "PUT", FOLLOW, service="social"),
        {"target": "ann", "video_id": ""},
        lambda: Follow.get("bob", "ann").since,
    ),
    "report": (
        lambda call: act(call, "PUT", "/v1/videos/vid/report", reason="spam"),
        CLIP | {"what": "video"},
        lambda: next(Report.query("bob")).reported_at,
    ),
    "block": (
        lambda call: act(call, "PUT", "/v1/users/ann/block", service="social"),
        {"target": "ann", "video_id": ""},
        lambda: Block.get("bob", "ann").blocked_at,
    ),
}


@pytest.mark.parametrize("kind", ACTS)
def test_what_somebody_does_is_one_event_at_its_own_time(call: Call, streams: Streams, sent: Read, kind: str) -> None:
    does, says, time = ACTS[kind]
    does(call)
    streams.flow()
    (event,) = sent()
    assert event.keys() == FIELDS.keys()
    assert {name: event[name] for name in says} == says
    assert (event["type"], event["viewer"], event["origin"]) == (kind, "bob", "table")
    assert (event["signed_in"], event["personalised"]) == (True, True)
    assert event["at"] == time() <= event["received_at"] <= now_ms() + 1000
    assert uuid.UUID(event["id"]).version == 5


def test_every_type_that_is_taken_from_tables_is_sent_by_something(call: Call, streams: Streams, sent: Read) -> None:
    for kind, (does, _, _) in ACTS.items():
        if kind not in ("block", "follow"):
            does(call)
    act(call, "PUT", "/v1/users/cid/follow", service="social")
    streams.flow()
    act(call, "DELETE", LIKE)
    act(call, "DELETE", KEEP)
    act(call, "PUT", "/v1/users/cid/block", service="social")  # ends the follow
    streams.flow()
    assert sorted(event["type"] for event in sent()) == sorted(TABLE_TYPES)


def test_a_like_taken_back_and_given_again_is_three_events_in_that_order(
    call: Call, streams: Streams, sent: Read
) -> None:
    for method in ("PUT", "DELETE", "PUT"):
        act(call, method, LIKE)
        act(call, method, LIKE)  # twice is once
        streams.flow()
    events = sent()
    assert len(events) == 3
    assert sorted(event["type"] for event in events) == ["like", "like", "unlike"]
    first = min(event["at"] for event in events)
    assert all(event["at"] > first for event in events if event["type"] == "unlike")


def test_a_request_is_no_follow_before_it_is_accepted_nor_its_end_an_unfollow(
    call: Call, streams: Streams, sent: Read
) -> None:
    User("ann", created_at=1, handle="ann", private=True).save()
    for user in ("bob", "cid"):
        act(call, "PUT", FOLLOW, user=user, service="social")
    streams.flow()
    act(call, "DELETE", FOLLOW, user="cid", service="social")
    streams.flow()
    assert sent() == []
    act(call, "PUT", "/v1/me/follow-requests/bob", user="ann", service="social")
    streams.flow()
    act(call, "DELETE", FOLLOW, service="social")
    streams.flow()
    assert [(event["type"], event["viewer"], event["target"]) for event in sent()] == [
        ("follow", "bob", "ann"),
        ("unfollow", "bob", "ann"),
    ]


def test_an_edited_comment_is_none_and_one_in_review_is_one_when_it_is_let_through(
    call: Call, streams: Streams, sent: Read
) -> None:
    made = call("interactions", "POST", COMMENTS, user="bob", body={"text": "Nice!"}).json["comment_id"]
    streams.flow()
    call("interactions", "PATCH", f"{COMMENTS}/{made}", user="bob", body={"text": "Very nice!"})
    streams.flow()
    assert [event["target"] for event in sent()] == [made]

    held = call("interactions", "POST", COMMENTS, user="cid", body={"text": "oh fuck"}).json
    assert held["state"] == "held", held
    streams.flow()
    assert len(sent()) == 1
    call("interactions", "POST", f"{COMMENTS}/{held['comment_id']}/verdict", **MIA, body={"verdict": "approve"})
    streams.flow()
    assert [(event["viewer"], event["target"]) for event in sent()] == [("bob", made), ("cid", held["comment_id"])]
    act(call, "DELETE", f"{COMMENTS}/{made}")
    streams.flow()
    assert len(sent()) == 2, "nothing is learned from a deleted comment"


def test_a_reported_comment_is_no_report_of_its_clip(call: Call, streams: Streams, sent: Read) -> None:
    made = call("interactions", "POST", COMMENTS, user="cid", body={"text": "Nice!"}).json["comment_id"]
    streams.flow()
    act(call, "PUT", f"{COMMENTS}/{made}/report", reason="spam")
    streams.flow()
    (event,) = (event for event in sent() if event["type"] == "report")
    assert (event["what"], event["target"], event["video_id"], event["viewer"]) == ("comment", made, "", "bob")


def test_who_does_not_want_to_be_personalised_is_marked_so(call: Call, streams: Streams, sent: Read) -> None:
    act(call, "PATCH", "/v1/me", service="accounts", personalised=False)
    act(call, "PUT", LIKE)
    act(call, "PUT", LIKE, user="cid")
    streams.flow()
    assert {event["viewer"]: event["personalised"] for event in sent()} == {"bob": False, "cid": True}


def test_a_clip_that_was_hidden_meanwhile_is_told_of_and_one_that_was_deleted_is_not(
    call: Call, streams: Streams, sent: Read
) -> None:
    make("gone", tags=["dogs"])
    for video_id in ("vid", "gone"):
        act(call, "PUT", f"/v1/videos/{video_id}/like")
    Video("vid").update(actions=[Video.state.set("rejected")])
    Video("gone").update(actions=[Video.state.set("deleted")])
    streams.flow()
    assert [(event["video_id"], event["owner_id"]) for event in sent()] == [("vid", "ann")]


def test_erasing_an_account_takes_nothing_back(call: Call, streams: Streams, sent: Read) -> None:
    """Its likes have left the stream's readers, or will: they must not come back as something it did."""
    act(call, "PUT", LIKE)
    act(call, "PUT", FOLLOW, service="social")
    act(call, "PUT", "/v1/users/bob/follow", user="cid", service="social")
    streams.flow()
    before = sent()
    assert len(before) == 3
    User("bob").update(actions=[User.deleted_at.set(now_ms())])
    for store in account_erasure.STORES:
        if store.name in ("likes", "follows"):
            store.erase(list(store.find("bob")))
    streams.flow()
    assert counters.load(["vid"], consistent=True)["vid"].likes == 0
    assert sent() == before


def test_profile_core_counts_and_sends_nothing(call: Call, context: Any, queued: Callable[[], list[str]]) -> None:
    streams = Streams(context)
    for does, _, _ in ACTS.values():
        does(call)
    streams.flow()
    assert counters.load(["vid"], consistent=True)["vid"].likes == 1
    assert queued() == []


# --- a stream that is away -------------------------------------------------------------------------------------------


def test_what_the_stream_does_not_take_is_counted_and_sent_later(
    call: Call, streams: Streams, queued: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, context: Any
) -> None:
    delete_stream()
    act(call, "PUT", LIKE)
    act(call, "PUT", "/v1/videos/vid/report", reason="spam", user="cid")
    streams.flow()
    assert counters.load(["vid"], consistent=True)["vid"].likes == 1
    messages = queued()
    again = {"Records": [{"body": body} for body in messages]}
    with pytest.raises(table_events.EventsNotTaken):
        handler_of("send_table_events")(again, context)
    read = make_stream(monkeypatch)
    assert handler_of("send_table_events")(again, context) == {"sent": 4}
    assert sorted((line["type"], line["viewer"]) for line in read()) == [("like", "bob")] * 2 + [("report", "cid")] * 2
    assert len({line["id"] for line in read()}) == 2


def test_a_stream_that_took_nothing_is_left_alone_for_a_while(
    call: Call, streams: Streams, sent: Read, queued: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every batch would wait for it, and counts with it."""
    delete_stream()
    act(call, "PUT", LIKE)
    streams.flow()
    read = make_stream(monkeypatch)
    act(call, "PUT", LIKE, user="cid")
    streams.flow()
    assert (read(), len(queued())) == ([], 4)
    table_events._away_until[:] = [0.0]
    act(call, "DELETE", LIKE)
    streams.flow()
    assert {line["type"] for line in read()} == {"unlike"}


def test_without_stream_and_queue_a_batch_comes_again_and_is_counted_once(
    call: Call, streams: Streams, monkeypatch: pytest.MonkeyPatch, aws: Config, context: Any
) -> None:
    delete_stream()
    seam.client("sqs").delete_queue(QueueUrl=aws.table_events_queue_url)
    act(call, "PUT", LIKE)
    batch = {"Records": streams._records(Like), "shardId": "shard-1"}
    for _ in range(2):
        with pytest.raises(seam.client("sqs").exceptions.QueueDoesNotExist):
            handler_of("count_interactions")(batch, context)
    table_events._away_until[:] = [0.0]
    read = make_stream(monkeypatch)
    handler_of("count_interactions")(batch, context)
    assert counters.load(["vid"], consistent=True)["vid"].likes == 1
    assert [line["type"] for line in read()] == ["like"]


@pytest.fixture
def queued(aws: Config) -> Callable[[], list[str]]:
    def receive() -> list[str]:
        answer = seam.client("sqs").receive_message(QueueUrl=aws.table_events_queue_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    return receive
