"""An account that is for fewer people from now on: playback of what it showed to everybody ends at the edge."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.accounts.invalidate_user_cache.handler import handler as invalidate_user_cache
from functions.moderation.withdraw_video.handler import handler as withdraw
from reelstack.events import AccountListingChanged, AccountNarrowed
from reelstack.moderation import takedowns
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.accounts import User
from reelstack.videos import change_events
from tests.support.edge_store import EdgeStore, edge_store
from tests.videos.test_videos import make

Event = Callable[[str], dict[str, Any]]
OPEN: dict[str, Any] = {"private": {"BOOL": False}, "friends_only": {"BOOL": False}}
PRIVATE = OPEN | {"private": {"BOOL": True}}
FRIENDS = OPEN | {"friends_only": {"BOOL": True}}
SUSPENDED = OPEN | {"suspended_at": {"N": "1"}}
DELETED = OPEN | {"deleted_at": {"N": "1"}}


@pytest.fixture
def store(aws: Config) -> Iterator[EdgeStore]:
    with edge_store() as made:
        yield made


@pytest.fixture
def told(aws: Config) -> Iterator[list[dict[str, Any]]]:
    """What reaches the bus, as its listeners get it."""
    heard: list[dict[str, Any]] = []

    def receive(params: dict[str, Any], **_: Any) -> None:
        heard.extend(
            {"detail-type": sent["DetailType"], "detail": json.loads(sent["Detail"])} for sent in params["Entries"]
        )

    wire, name = seam.client("events").meta.events, "provide-client-params.events.PutEvents"
    wire.register(name, receive)
    yield heard
    wire.unregister(name, receive)


def record(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    key = {"user_id": {"S": "ann"}}
    images = {"OldImage": key | before if before else {}, "NewImage": key | after if after else {}}
    return {"dynamodb": {"Keys": key, **{name: image for name, image in images.items() if image}}}


@pytest.mark.parametrize(
    ("before", "after", "narrowed"),
    [
        (OPEN, PRIVATE, True),
        (OPEN, FRIENDS, True),
        (PRIVATE, FRIENDS, True),
        (FRIENDS, PRIVATE, False),
        (PRIVATE, OPEN, False),
        (OPEN, SUSPENDED, True),
        (PRIVATE, SUSPENDED, True),
        (SUSPENDED, OPEN, False),
        (OPEN, DELETED, True),
        (SUSPENDED, SUSPENDED | DELETED, False),
        (OPEN, OPEN | {"display_name": {"S": "Ann"}}, False),
        ({}, OPEN, False),
        ({}, PRIVATE, True),
        (DELETED, {}, False),
    ],
)
def test_an_account_is_narrowed_when_fewer_may_see_what_it_has(
    before: dict[str, Any], after: dict[str, Any], narrowed: bool
) -> None:
    found = change_events.read_account(StreamRecord(record(before, after)))
    assert (AccountNarrowed(user_id="ann") in found) == narrowed


@pytest.mark.parametrize(
    ("before", "after", "listed"),
    [
        (PRIVATE, OPEN, True),
        (FRIENDS, OPEN, True),
        (SUSPENDED, OPEN, True),
        (SUSPENDED, PRIVATE, False),
        (FRIENDS, PRIVATE, False),
        (OPEN, OPEN | {"display_name": {"S": "Ann"}}, False),
        (OPEN, PRIVATE, False),
        ({}, OPEN, False),
    ],
)
def test_an_account_tells_that_what_it_has_may_be_listed_now(
    before: dict[str, Any], after: dict[str, Any], listed: bool
) -> None:
    found = change_events.read_account(StreamRecord(record(before, after)))
    assert (AccountListingChanged(user_id="ann") in found) == listed


def test_an_account_that_closes_ends_playback_of_what_everybody_could_see(
    store: EdgeStore, told: list[dict[str, Any]], event: Event, context: Any
) -> None:
    for audience in ("public", "unlisted", "friends", "private"):
        make(audience, visibility=audience)
    make("in-production", state="processing")
    make("of-bob", owner="bob")
    User("ann", created_at=1, private=True).save()
    for _ in range(2):
        invalidate_user_cache({"Records": [record(OPEN, PRIVATE)]}, context)
    assert [one["detail-type"] for one in told] == ["AccountNarrowed"] * 2
    assert withdraw(event("moderation/withdraw_video.account") | told[0], context) == {"refused": 2}
    assert set(store.entries) == {"deny:public", "deny:unlisted"}
    until, _, since = store.entries["deny:public"].partition("-")
    assert int(until) > time.time() >= int(since) > time.time() - 10, "tokens from now on are good"


@pytest.mark.parametrize("gone", ["suspended_at", "deleted_at"])
def test_an_account_that_is_gone_ends_its_friends_playback_too(
    store: EdgeStore, event: Event, context: Any, gone: str
) -> None:
    for audience in ("public", "friends", "private"):
        make(audience, visibility=audience)
    User("ann", created_at=1, **{gone: 1}).save()
    assert withdraw(event("moderation/withdraw_video.account"), context) == {"refused": 2}
    assert set(store.entries) == {"deny:public", "deny:friends"}


def test_a_late_event_does_not_touch_an_account_that_is_open_again(
    store: EdgeStore, event: Event, context: Any
) -> None:
    make()
    User("ann", created_at=1).save()
    assert withdraw(event("moderation/withdraw_video.account"), context) == {"refused": 0}
    assert store.entries == {}


def test_an_account_of_thousands_of_videos_is_closed_page_by_page(
    store: EdgeStore, told: list[dict[str, Any]], event: Event, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takedowns, "OF_AN_ACCOUNT", 60)
    for number in range(130):
        make(f"v{number}", published_at=1 + number // 3)
    User("ann", created_at=1, private=True).save()
    given: dict[str, Any] = event("moderation/withdraw_video.account")
    pages = [withdraw(given, context)["refused"]]
    while told:
        pages.append(withdraw(given | told.pop(), context)["refused"])
    assert pages == [60, 60, 10]
    assert len(store.entries) == 130
