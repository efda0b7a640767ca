"""Denials reach the edge by one writer, many at a time, beside the keys of playback tokens; none is lost."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.delivery.write_denials.handler import handler as write_denials
from reelstack.delivery import denylist, signing_keys
from reelstack.delivery import edge_store as kvs
from reelstack.delivery.denylist import Message
from reelstack.delivery.edge_ring import OLD_SECONDS, RING
from reelstack.delivery.edge_shards import NAMES, RECORDS, WHENEVER, Denial, Shard, place
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from tests.support.edge_store import OK, EdgeStore, deliver, edge_store

Event = Callable[[str], dict[str, Any]]
VISIBLE = "ApproximateNumberOfMessages"
KEY = "k1:5ec2e7"
WHOLE = {RING: f"0;{KEY}", **dict.fromkeys(NAMES, f"{KEY};")}


def attribute(name: str) -> str:
    """Of the queue of denials."""
    queue = denylist.config().denials_queue_url
    found = seam.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return str(dict(found)[name])


def soon() -> int:
    return int(time.time()) + 600


@pytest.fixture
def store(aws: Config) -> Iterator[EdgeStore]:
    with edge_store() as made:
        made.entries = dict(WHOLE)
        made.reads = 0
        yield made


def denied(store: EdgeStore) -> int:
    return sum(len(Shard.of(value).denials) for name, value in store.entries.items() if name in NAMES)


class Waiting:
    """The queue of denials in memory: moto's takes a minute for 300 messages."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def take_in(self, params: dict[str, Any], **_: Any) -> Any:
        self.bodies += [entry["MessageBody"] for entry in json.loads(params["body"])["Entries"]]
        return OK, {"Successful": []}

    def hand_on(self) -> int:
        """Ten messages to the writer. Returns how many are waiting then."""
        some, self.bodies = self.bodies[:10], self.bodies[10:]
        assert denylist.write([Message(f"{number}", "r", body) for number, body in enumerate(some)]) == []
        return len(self.bodies)


@pytest.fixture
def waiting(store: EdgeStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    """A queue whose writer wrote a moment ago, and stays in that moment."""
    made, wire = Waiting(), seam.client("sqs").meta.events
    wire.register("before-call.sqs.SendMessageBatch", made.take_in)
    monkeypatch.setattr(denylist, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(denylist, "PACE_SECONDS", 3600.0)
    yield made
    wire.unregister("before-call.sqs.SendMessageBatch", made.take_in)


def test_three_hundred_takedowns_in_a_minute_are_at_most_twelve_writes(
    store: EdgeStore, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first-in-first-out queue hands on ten messages at a time: without gathering they would be thirty writes."""
    for number in range(300):
        denylist.deny(f"v{number}")
    assert store.writes == [], "who denies does not write"
    rounds = 0
    while waiting.hand_on() > 1:
        rounds += 1
    assert rounds < 60, "each message is gathered twice or so: seconds"
    monkeypatch.setattr(denylist, "PACE_SECONDS", 0.0)
    waiting.hand_on()
    assert waiting.bodies == []
    assert denied(store) == 300
    assert len(store.writes) <= 12
    assert max(store.writes) <= 50


def test_takedowns_that_trickle_in_wait_for_each_other_and_the_first_for_none(
    store: EdgeStore, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denylist._Pace, "written_at", float("-inf"))
    for number in range(20):
        denylist.deny(f"v{number}")
        waiting.hand_on()
    assert len(store.writes) == 1
    assert denied(store) == 1
    monkeypatch.setattr(denylist, "PACE_SECONDS", 0.0)
    waiting.hand_on()
    assert (len(store.writes), denied(store)) == (2, 20)


def test_a_takedown_costs_three_requests_to_the_store_and_one_or_two_when_the_writer_is_warm(store: EdgeStore) -> None:
    denylist.deny("v1")
    assert store.denied("v1")
    assert (store.reads, len(store.writes)) == (3, 1), "the store's version, the ring, the shard"
    denylist.deny("v2")
    assert store.denied("v2")
    assert (store.reads, len(store.writes)) == (4, 2)


def test_the_videos_of_an_account_are_fifty_to_a_write_and_the_store_is_listed_once(store: EdgeStore) -> None:
    denylist.deny_all([f"v{number}" for number in range(1020)])
    assert denied(store) == 1020
    assert len(store.writes) <= 22
    assert store.reads <= 2 + 82 + 60


def test_the_later_of_two_denials_holds_in_whatever_order_they_come(store: EdgeStore) -> None:
    until = soon()
    whole, later = f"{until}", f"{until + 1}-1000"
    for order in ([whole, later], [later, whole]):
        for text in order:
            denylist.write([Message("m", "r", json.dumps({"deny": {"vid": text}}))])
        assert store.denied("vid") == Denial(until + 1, 1000), "it was restored: new tokens work"
    assert max(Denial(until), Denial(until, 1000)).issued_up_to == WHENEVER


def test_a_writer_that_another_disturbs_reads_again_and_all_is_written(store: EdgeStore) -> None:
    denylist.deny_all([f"v{number}" for number in range(60)])
    store.disturb = 3
    assert denied(store) == 60


@contextmanager
def coming_between(act: Callable[[], object]) -> Iterator[None]:
    """Another process, which has read nothing yet, acts between the next reading and its writing."""
    acts, wire = [act], seam.client("cloudfront-keyvaluestore").meta.events

    def come(**_: Any) -> None:
        if acts:
            mine = dict(kvs._known)
            kvs.forget()
            acts.pop()()
            kvs.forget()
            kvs._known.update(mine)

    wire.register_first("before-call.cloudfront-keyvaluestore.UpdateKeys", come)
    try:
        yield
    finally:
        wire.unregister("before-call.cloudfront-keyvaluestore.UpdateKeys", come)


def denial(video_id: str) -> Message:
    return Message(video_id, "r", json.dumps({"deny": {video_id: f"{soon()}"}}))


def test_rotation_and_denials_do_not_lose_each_others_changes(store: EdgeStore) -> None:
    with coming_between(lambda: denylist.write([denial("v1")])):
        key = signing_keys.rotate()
    kvs.forget()
    with coming_between(lambda: denylist.write([denial("v2")])):
        denylist.write([denial("v3")])
    assert all(store.denied(video_id) for video_id in ("v1", "v2", "v3"))
    entries = store.entries  # each reading of them asks the queue for more
    assert all(Shard.of(entries[name]).ring.startswith(f"{key}:") for name in NAMES)


def test_denials_that_the_store_refuses_stay_in_the_queue(store: EdgeStore) -> None:
    denylist.deny("vid")
    store.disturb = 100
    assert deliver() == 0
    assert attribute("ApproximateNumberOfMessagesNotVisible") == "1"


def test_a_store_that_cannot_be_reached_loses_nothing(store: EdgeStore) -> None:
    def unreachable(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://kvs.example")

    wire = seam.client("cloudfront-keyvaluestore").meta.events
    wire.register_first("before-call.cloudfront-keyvaluestore.UpdateKeys", unreachable)
    message = Message("m", "r", json.dumps({"deny": {"vid": f"{soon()}"}}))
    try:
        assert denylist.write([message]) == ["m"]
    finally:
        wire.unregister("before-call.cloudfront-keyvaluestore.UpdateKeys", unreachable)
    assert denylist.write([message]) == []
    assert store.denied("vid")


def of_one_shard(count: int) -> list[str]:
    return [f"n{number}" for number in range(count * 8000) if place(f"n{number}")[0] == "s:aa"][:count]


def test_a_full_shard_refuses_loudly_and_holds_up_no_other_denial(store: EdgeStore) -> None:
    ids = of_one_shard(RECORDS + 1)
    assert len(ids) == RECORDS + 1
    for video_id in ids[:-1]:
        assert denylist.write([Message("m", "r", json.dumps({"deny": {video_id: f"{soon()}"}}))]) == []
    assert len(store.entries["s:aa"].encode()) <= 1024
    too_many = Message("full", "r", json.dumps({"deny": {ids[-1]: f"{soon()}"}}))
    other = Message("other", "r", json.dumps({"deny": {"elsewhere": f"{soon()}"}}))
    assert denylist.write([too_many, other]) == ["full"]
    assert store.denied("elsewhere")
    assert store.denied(ids[-1]) is None


def test_a_denial_that_is_over_makes_room_when_its_shard_is_written(store: EdgeStore) -> None:
    *first, last = of_one_shard(RECORDS + 1)
    over = {place(video_id)[1]: Denial(soon() - 601) for video_id in first}
    store.entries = {**WHOLE, "s:aa": Shard(KEY, over).value(0)}
    denylist.deny(last)
    assert store.denied(last)
    assert len(Shard.of(store.entries["s:aa"]).denials) == 1


def test_forty_thousand_denials_are_less_than_half_a_store(store: EdgeStore) -> None:
    for start in range(0, 40_000, 5_000):
        some = {f"video-{number}": f"{soon()}" for number in range(start, start + 5_000)}
        assert denylist.write([Message("m", "r", json.dumps({"deny": some}))]) == []
    assert denied(store) == 40_000
    held = sum(len(name) + len(value) for name, value in store.entries.items())
    three_keys = held + len(NAMES) * (3 * 75 - len(KEY))
    assert three_keys < 2_500_000


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
    assert denied(store) == 8
    assert sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"][VISIBLE] == "1"
    assert attribute(VISIBLE) == attribute("ApproximateNumberOfMessagesNotVisible") == "0"


def test_what_an_earlier_release_told_the_writer_to_forget_is_done(store: EdgeStore) -> None:
    assert denylist.write([Message("m", "r", '{"forget": "somewhere"}')]) == []
    assert store.writes == []


def test_the_sample_batch_is_written(store: EdgeStore, event: Event, context: Any) -> None:
    assert write_denials(event("delivery/write_denials.ok"), context) == {"batchItemFailures": []}
    assert store.denied("vid") is None, "it is over"


# --- keys, and the release before -------------------------------------------------------------------------------------


def test_a_new_store_has_every_shard_and_nothing_of_the_release_before(store: EdgeStore) -> None:
    store.entries = {}
    key = signing_keys.rotate()
    assert set(store.entries) == {RING, *NAMES}
    entries = store.entries
    assert {Shard.of(entries[name]).ring.partition(":")[0] for name in NAMES} == {key}
    assert len(store.writes) == 82


def test_keys_that_all_shards_have_cost_two_reads_a_day(store: EdgeStore) -> None:
    signing_keys._spread({"k1": "5ec2e7"}, int(time.time()))
    assert (store.reads, store.writes) == (2, [])


def test_an_upgrade_leaves_old_entries_until_it_is_over_and_takes_them_over(store: EdgeStore) -> None:
    key = signing_keys.rotate()
    secret = Shard.of(store.entries["s:aa"]).ring.partition(":")[2]
    until = soon()
    store.entries = old = {f"key:{key}": secret, "deny:v1": f"{until}", "deny:v2": f"{until}-77", "deny:v3": "100"}
    denylist.deny("v4")  # by the new writer, before a rotation has made shards
    assert set(store.entries) == {*old, "deny:v4"}
    signing_keys.rotate()
    assert store.denied("v1") == Denial(until)
    assert store.denied("v2") == Denial(until, 77)
    assert store.denied("v3") is None
    assert store.denied("v4")
    assert {*old, "deny:v4"} <= set(store.entries), "the edge function before this one reads them"
    denylist.deny("v5")
    assert store.denied("v5")
    assert "deny:v5" in store.entries


def test_old_entries_go_when_the_upgrade_is_over(store: EdgeStore) -> None:
    key = signing_keys.rotate()
    secret = Shard.of(store.entries["s:aa"]).ring.partition(":")[2]
    store.entries = {f"key:{key}": secret, "deny:v1": f"{soon()}"}
    signing_keys.rotate()
    until = int(store.entries[RING].partition(";")[0])
    assert abs(until - time.time() - OLD_SECONDS) < 60
    store.entries = {**store.entries, RING: f"{int(time.time()) - 1};" + store.entries[RING].partition(";")[2]}
    signing_keys.rotate()
    assert set(store.entries) == {RING, *NAMES}
    assert store.denied("v1")
    denylist.deny("v6")
    assert store.denied("v6")
    assert "deny:v6" not in store.entries


def test_a_shard_that_was_lost_is_made_of_the_ring(store: EdgeStore) -> None:
    name = place("vid")[0]
    store.entries = {key: value for key, value in WHOLE.items() if key != name}
    denylist.deny("vid")
    assert store.denied("vid")
    assert store.entries[name].startswith(f"{KEY};")
