"""Denials reach the edge by one writer, so many at a time, and are forgotten when they are over."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.delivery.write_denials.handler import handler as write_denials
from reelstack.delivery import denylist, signing_keys
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from tests.support.edge_store import EdgeStore, deliver, edge_store

Event = Callable[[str], dict[str, Any]]


@pytest.fixture
def store(aws: Config) -> Iterator[EdgeStore]:
    with edge_store() as made:
        yield made


def test_a_hundred_takedowns_at_once_are_a_few_writes_and_meet_no_conflict(store: EdgeStore) -> None:
    seam.client("sqs")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(denylist.deny, [f"v{number}" for number in range(100)]))
    assert store.writes == [], "who denies does not write"
    assert set(store.entries) == {f"deny:v{number}" for number in range(100)}
    assert len(store.writes) == 10, "ten messages are a batch"


def test_the_videos_of_an_account_are_fifty_to_a_write(store: EdgeStore) -> None:
    denylist.deny_all([f"v{number}" for number in range(1020)])
    assert len(store.entries) == 1020
    assert store.writes == [50] * 20 + [20]


def test_the_later_of_two_denials_holds(store: EdgeStore) -> None:
    denylist.deny("vid")
    denylist.deny("vid", issued_up_to=1000)
    assert store.entries["deny:vid"].endswith("-1000"), "it was restored: new tokens work"


def test_a_writer_that_another_disturbs_tries_again_and_all_is_written(store: EdgeStore) -> None:
    denylist.deny_all([f"v{number}" for number in range(60)])
    store.disturb = 3  # signing_keys.rotate writes keys
    assert len(store.entries) == 60


def test_a_batch_that_fails_stays_in_the_queue(store: EdgeStore) -> None:
    denylist.deny("vid")
    store.disturb = 100
    with pytest.raises(seam.client("cloudfront-keyvaluestore").exceptions.ConflictException):
        deliver()
    queued = seam.client("sqs").get_queue_attributes(
        QueueUrl=denylist.config().denials_queue_url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert queued["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_denials_are_forgotten_hourly_when_their_last_token_has_expired(
    store: EdgeStore, event: Event, context: Any
) -> None:
    new = f"{int(time.time()) + 60}"
    store.entries = {f"deny:{number:03d}": "100-50" if number % 2 else new for number in range(130)} | {"key:k1": "s"}
    write_denials(event("delivery/write_denials.scheduled"), context)
    assert set(store.entries) == {f"deny:{number:03d}" for number in range(0, 130, 2)} | {"key:k1"}


def test_forgetting_many_goes_on_behind_the_denials_that_came_meanwhile(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denylist, "FORGETTING_SECONDS", -1.0)
    store.entries = {f"deny:{number:03d}": "100" for number in range(120)}
    denylist.forget_expired()
    assert deliver() == 1
    denylist.deny("new")
    assert deliver() == 2, "the rest of the old ones, and the new one"
    assert set(store.entries) == {"deny:new"}


def test_a_denial_that_was_renewed_is_not_forgotten_with_its_forerunner(store: EdgeStore) -> None:
    store.entries = {"deny:vid": "100"}
    denylist.forget_expired()
    denylist.deny("vid")
    assert int(store.entries["deny:vid"]) > time.time()


def test_rotating_keys_leaves_denials_alone(store: EdgeStore) -> None:
    store.entries = {"deny:vid": "100"}
    signing_keys.rotate()
    assert store.entries["deny:vid"] == "100"


def test_the_sample_batch_is_written(store: EdgeStore, event: Event, context: Any) -> None:
    assert write_denials(event("delivery/write_denials.ok"), context) == {"denied": 1}
    assert store.entries == {"deny:vid": "1795442400"}
