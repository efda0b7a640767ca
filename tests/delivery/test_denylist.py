"""Denials reach the edge by one writer, so many at a time, and are forgotten when they are over."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.delivery.write_denials.handler import handler as write_denials
from reelstack.delivery import denylist, signing_keys
from reelstack.delivery.denylist import Message
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from tests.support.edge_store import EdgeStore, deliver, edge_store

Event = Callable[[str], dict[str, Any]]
VISIBLE = "ApproximateNumberOfMessages"


def attribute(name: str) -> str:
    """Of the queue of denials."""
    queue = denylist.config().denials_queue_url
    found = seam.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return str(dict(found)[name])


def unreachable(**_: Any) -> None:
    raise EndpointConnectionError(endpoint_url="https://kvs.example")


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


def test_denials_that_the_store_refuses_stay_in_the_queue(store: EdgeStore) -> None:
    denylist.deny("vid")
    store.disturb = 100
    assert deliver() == 0
    assert attribute("ApproximateNumberOfMessagesNotVisible") == "1"


def test_the_first_denial_that_fails_and_all_after_it_come_again(store: EdgeStore) -> None:
    bodies = ['{"deny": {"a": "100"}}', "?", '{"deny": {"b": "100"}}', '{"forget": ""}']
    messages = [Message(f"m{number}", "receipt", body) for number, body in enumerate(bodies)]
    store.disturb = 100
    assert denylist.write(messages) == ["m0", "m1", "m2", "m3"]
    store.disturb = 0
    assert denylist.write(messages) == ["m1"]


def test_a_forgetting_that_fails_takes_no_denial_with_it(store: EdgeStore) -> None:
    store.entries = {"deny:old": "100"}
    bodies = ['{"forget": ""}', f'{{"deny": {{"vid": "{int(time.time()) + 60}"}}}}', '{"forget": "no such page"}']
    wire = seam.client("cloudfront-keyvaluestore").meta.events
    wire.register_first("before-call.cloudfront-keyvaluestore.ListKeys", unreachable)
    try:
        assert denylist.write([Message(body, "receipt", body) for body in bodies]) == [bodies[0], bodies[2]]
    finally:
        wire.unregister("before-call.cloudfront-keyvaluestore.ListKeys", unreachable)
    assert set(store.entries) == {"deny:old", "deny:vid"}


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "{}",
        "null",
        '{"deny": ["vid"]}',
        '{"deny": {"vid": 100}}',
        '{"deny": {"vid": "soon"}}',
        '{"deny": {"vid": "\u0663"}}',
        '{"deny": {"": "100"}}',
        '{"deny": {"\\ud800": "100"}}',
        "[" * 100_000,
        '{"deny": {"' + "x" * 508 + '": "100"}}',
        '{"deny": {"vid": "100"}, "forget": ""}',
        '{"forget": null}',
    ],
)
def test_a_message_that_nobody_understands_goes_to_the_dead_letters_alone(store: EdgeStore, body: str) -> None:
    """At once: a message in flight blocks the group, so waiting five times would hold up denials for half an hour."""
    sqs, queue = seam.client("sqs"), denylist.config().denials_queue_url
    dead = sqs.create_queue(QueueName="denials-dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": redrive})
    denylist.deny("before")
    sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=denylist.GROUP, MessageDeduplicationId="bad")
    for number in range(3):
        denylist.deny(f"after{number}")
    assert deliver() == 4
    for number in range(4):
        denylist.deny(f"later{number}")
        assert deliver() == 1, "the good ones do not wait for the bad one"
    assert deliver() == 0
    assert len(store.entries) == 8
    assert sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"][VISIBLE] == "1"
    assert attribute(VISIBLE) == attribute("ApproximateNumberOfMessagesNotVisible") == "0"


def test_a_full_store_forgets_before_it_takes_a_denial(store: EdgeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denylist, "FORGETTING_SECONDS", -1.0)  # a page at a time
    holding = {f"deny:{number:03d}": f"{int(time.time()) + 60}" for number in range(100)}
    store.entries = holding | {"deny:over1": "100", "deny:over2": "100"}
    store.holds = 102
    denylist.deny("vid")
    assert deliver() == 1
    assert set(store.entries) == {*holding, "deny:vid"}


def test_a_store_that_is_full_of_denials_that_hold_keeps_new_ones_waiting(store: EdgeStore) -> None:
    store.entries = {"deny:holds": f"{int(time.time()) + 60}"}
    store.holds = 1
    denylist.deny("vid")
    assert deliver() == 0
    assert attribute("ApproximateNumberOfMessagesNotVisible") == "1"


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
    assert write_denials(event("delivery/write_denials.ok"), context) == {"batchItemFailures": []}
    assert store.entries == {"deny:vid": "1795442400"}
