"""Requests to follow: accepted by who was asked or by an account that opens, and never of accounts that are gone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.operations import recounts
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import follows
from reelstack.social.relationships import Following
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.social import FOLLOW_SHARDS, Block, Follow
from reelstack.videos import change_events
from tests.support.clip_world import interrupted
from tests.support.functions import handler_of
from tests.support.streams import Streams
from tests.videos.test_videos import problem

Call = Callable[..., Any]
Event = Callable[[str], dict[str, Any]]
ASKING = [f"u{number:02}" for number in range(30)]


@pytest.fixture(autouse=True)
def ann(aws: Config) -> None:
    """Her account is private; thirty people asked her, spread over the partitions."""
    User("ann", created_at=1, private=True).save()
    with User.batch_write() as batch:
        for name in ASKING:
            batch.save(User(name, created_at=1))
    with Follow.batch_write() as asked:
        for number, name in enumerate(ASKING):
            item = follows._item(name, "ann", Following.REQUESTED)
            asked.save(Follow(name, "ann", state=item.state, since=1 + number // 4, shard=item.shard))


def states() -> dict[str, str]:
    return {item.follower_id: item.state for item in Follow.scan()}


def accept(call: Call, user_id: str = "u00") -> Any:
    return call("social", "PUT", f"/v1/me/follow-requests/{user_id}", user="ann")


def opened(event: Event, context: Any) -> list[int]:
    """How many were accepted by the event, and by each that follows it."""
    told: list[dict[str, Any]] = []
    note = lambda params, **_: told.extend(json.loads(entry["Detail"]) for entry in params["Entries"])  # noqa: E731
    wire = seam.client("events").meta.events
    wire.register("provide-client-params.events.PutEvents", note)
    wire.register("before-parameter-build.events.PutEvents", note)
    accepted, given = [], event("social/accept_follow_requests.opened")
    try:
        while given:
            accepted.append(handler_of("accept_follow_requests")(given, context)["accepted"])
            given = {**given, "detail": told.pop()} if told else {}
            told.clear()
    finally:
        wire.unregister("provide-client-params.events.PutEvents", note)
        wire.unregister("before-parameter-build.events.PutEvents", note)
    return accepted


def test_an_account_that_opens_accepts_what_waits_in_batches(
    event: Event, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follows, "AT_ONCE", 8)
    User("ann", created_at=1).save()
    assert sum(opened(event, context)) == len(ASKING)
    assert set(states().values()) == {"following"}
    assert opened(event, context) == [0], "twice is once"


def test_many_at_the_same_moment_who_cannot_be_accepted_hold_up_nobody(
    event: Event, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follows, "AT_ONCE", 2)
    gone = ASKING[:8]
    for name in gone:
        User(name, created_at=1, suspended_at=1).save()
    User("ann", created_at=1).save()
    batches = opened(event, context)
    assert sum(batches) == len(ASKING) - len(gone)
    assert len(batches) < 2 * len(ASKING) + FOLLOW_SHARDS
    assert {name for name, state in states().items() if state == "requested"} == set(gone)


def test_an_account_that_closed_again_accepts_nobody(event: Event, context: Any) -> None:
    assert opened(event, context) == [0]
    assert set(states().values()) == {"requested"}


def test_who_follows_as_many_as_one_may_stays_waiting(
    event: Event, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + "MAX_FOLLOWING", "2")
    config.cache_clear()
    Counter("user/u00", following=2).save()
    User("ann", created_at=1).save()
    assert opened(event, context) == [len(ASKING) - 1]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"private": True}, {}, True),
        ({"private": True}, {"friends_only": True}, True),
        ({"private": True, "suspended_at": 1}, {"private": True}, False),
        ({"suspended_at": 1}, {}, True),
        ({}, {"private": True}, False),
        ({"private": True}, {"suspended_at": 1}, False),
        ({}, {}, False),
    ],
)
def test_an_account_says_that_it_opened_when_nobody_needs_to_wait_any_more(
    before: dict[str, Any], after: dict[str, Any], told: bool
) -> None:
    images = [User("ann", created_at=1, **image).serialize() for image in (before, after)]
    record = change_events.StreamRecord({"dynamodb": {"OldImage": images[0], "NewImage": images[1]}})
    found = [event.name for event in change_events.read_account(record)]
    assert ("AccountOpened" in found) == told


def test_who_asks_while_the_account_opens_follows_it() -> None:
    """The account is private when it is looked at, and public when the request is written."""
    User("new", created_at=1).save()
    with interrupted(0, User("ann", created_at=1).save):
        assert follows.follow("new", "ann") == Following.FOLLOWING
    assert states()["new"] == "following"


@pytest.mark.parametrize("gone", [{"suspended_at": 1}, {"deleted_at": 1}])
def test_a_request_of_an_account_that_is_gone_cannot_be_accepted_and_comes_back_with_it(
    call: Call, gone: dict[str, int]
) -> None:
    User("u00", created_at=1, **gone).save()
    assert problem(accept(call)) == (404, "request-not-found")
    assert "u00" not in str(call("social", "GET", "/v1/me/follow-requests?limit=50", user="ann").json)
    User("u00", created_at=1).save()
    assert accept(call).status == 204


def test_a_request_across_a_block_cannot_be_accepted(call: Call) -> None:
    """None is there after a block; this one an earlier fault has left."""
    for one, other in (("ann", "u00"), ("u00", "ann")):
        Block(one, other, by={"ann"}).save()
    assert problem(accept(call)) == (404, "request-not-found")
    assert states()["u00"] == "requested"


def test_a_recount_sees_requests_and_follows_of_nobody_and_a_repair_ends_them(call: Call, context: Any) -> None:
    streams = Streams(context)
    for follower_id, followee_id, state in (("ghost", "ann", "following"), ("ann", "ghost", "requested")):
        item = follows._item(follower_id, followee_id, Following(state))
        item.save()
    User("u01").delete()
    User("u02", created_at=1, suspended_at=1).save()
    User("u03", created_at=1, deleted_at=1, expires_at=2**31).save()
    streams.flow()
    seen = recounts.of_user("ann")
    assert (seen.state, seen.counted) == ("exact", {"followers": 1, "following": 0, "requested": 1})
    assert seen.ghosts == {"followers": 1, "requested": 1, "requests": 2}
    assert seen.hidden == {"requests": 1}
    recounts.of_user("ann", repair=True)
    streams.flow()
    seen = recounts.of_user("ann")
    assert (seen.counted, seen.kept, seen.ghosts) == (*({"followers": 0, "following": 0, "requested": 0},) * 2, {})
    assert {"u01", "u03", "ghost"}.isdisjoint(states())
