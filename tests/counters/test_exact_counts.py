"""Whatever people and streams do, every count ends at the number of items: a state machine against moto's tables.

It plays DynamoDB's part of the bargain: records of one item are in one shard in the order of its changes, sequence
numbers rise within a shard, a shard's records come in order, but from any point at or before the checkpoint again, as
often as it pleases, and an invocation may be killed anywhere. Meanwhile counters are split and merged.
"""

import uuid
import zlib
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from reelstack.counters import counters, shards
from reelstack.interactions import likes
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.counters import Counter
from reelstack.tables.videos import Video
from tests.conftest import empty_tables

USERS = [f"u{number}" for number in range(6)]
VIDEOS = ["v", "w"]
SHARDS = 3


class Killed(BaseException):
    """The consumer's process is gone."""


class Counting(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        empty_tables()  # moto copies whole tables for each transaction
        self.world = uuid.uuid4().hex[:8]  # caches outlive an example
        self.stream: dict[int, list[StreamRecord]] = defaultdict(list)
        self.reached = [0] * SHARDS
        self.sequence = 98  # so that numbers grow by a digit on the way
        shards._known.clear()
        for video in VIDEOS:
            made = Video(self.id(video), owner_id="ann", title="t", state="published", upload_id="u", created_at=1)
            made.save()

    def id(self, name: str) -> str:
        return f"{name}-{self.world}"

    def record(self, name: str, user: str, video: str) -> None:
        self.sequence += 1
        keys = {"user_id": {"S": self.id(user)}, "video_id": {"S": self.id(video)}}
        shard = zlib.crc32(user.encode()) % SHARDS
        change = {"SequenceNumber": str(self.sequence), "Keys": keys}
        self.stream[shard].append(StreamRecord({"eventName": name, "dynamodb": change}))

    # --- people ------------------------------------------------------------------------------------------------------

    @rule(user=st.sampled_from(USERS), video=st.sampled_from(VIDEOS), times=st.integers(1, 2))
    def like(self, user: str, video: str, times: int) -> None:
        """`times` is a client that tries again though it was heard."""
        for _ in range(times):
            if likes.like(self.id(user), self.id(video)):
                self.record("INSERT", user, video)

    @rule(user=st.sampled_from(USERS), video=st.sampled_from(VIDEOS), times=st.integers(1, 2))
    def unlike(self, user: str, video: str, times: int) -> None:
        for _ in range(times):
            there = likes.liked(self.id(user), self.id(video))
            likes.unlike(self.id(user), self.id(video))
            if there:
                self.record("REMOVE", user, video)

    # --- the stream --------------------------------------------------------------------------------------------------

    @rule(shard=st.integers(0, SHARDS - 1), back=st.integers(0, 4), number=st.integers(1, 8))
    def deliver(self, shard: int, back: int, number: int) -> None:
        """A batch that begins at the checkpoint, or before it: replayed whole or in part, cut anew."""
        begin = max(0, self.reached[shard] - back)
        self.consume(shard, self.stream[shard][begin : begin + number])
        self.reached[shard] = max(self.reached[shard], min(begin + number, len(self.stream[shard])))

    @rule(shard=st.integers(0, SHARDS - 1), number=st.integers(1, 8), after=st.booleans())
    def crash(self, shard: int, number: int, *, after: bool) -> None:
        """The process dies before its transaction, or after it and before anybody hears of it; what it knew goes too.

        The checkpoint stays where it was: the batch comes again.
        """
        with pytest.MonkeyPatch.context() as patched:
            applied = counters._apply

            def dying(*arguments: Any) -> None:
                if after:
                    applied(*arguments)
                raise Killed

            patched.setattr(counters, "_apply", dying)
            try:
                self.consume(shard, self.stream[shard][self.reached[shard] : self.reached[shard] + number])
            except Killed:
                shards._known.clear()

    def consume(self, shard: int, records: list[StreamRecord]) -> None:
        if records:
            counters.count_records("likes_table", f"{self.world}-{shard}", records)

    # --- counters become hot, and quiet again ------------------------------------------------------------------------

    @rule(video=st.sampled_from(VIDEOS), wanted=st.sampled_from([2, 3, 8]))
    @precondition(lambda self: self.sequence > 98)
    def split(self, video: str, wanted: int) -> None:
        shards.resize(self.id(video), self.parts(video), max(wanted, self.parts(video)))

    @rule(video=st.sampled_from(VIDEOS), wanted=st.integers(1, 3), stale=st.booleans())
    def merge(self, video: str, wanted: int, *, stale: bool) -> None:
        """`stale`: this process goes on believing in the parts that are closed now."""
        believed = dict(shards._known)
        shards.resize(self.id(video), self.parts(video), min(wanted, self.parts(video)))
        if stale:
            shards._known.update(believed)

    @rule(video=st.sampled_from(VIDEOS))
    def look(self, video: str) -> None:
        shards.look(self.id(video))

    def parts(self, video: str) -> int:
        found = list(Counter.query(self.id(video), consistent_read=True))
        return int(found[0].parts or 1) if found else 1

    # --- what holds ------------------------------------------------------------------------------------------------

    @invariant()
    def a_count_is_what_was_delivered(self) -> None:
        """Never more than once, never less: checked after every step, not only at the end."""
        for video in VIDEOS:
            assert counters.load([self.id(video)])[self.id(video)].likes == self.delivered(video)

    def delivered(self, video: str) -> int:
        total = 0
        for shard in range(SHARDS):
            found = list(Counter.query(f"mark#{self.world}-{shard}", consistent_read=True))
            to = int(found[0].counted_to) if found else 0
            for record in self.stream[shard]:
                same = record.keys["video_id"] == self.id(video)
                if same and int(record.sequence_number) <= to:
                    total += 1 if record.event_name == "INSERT" else -1
        return total

    def teardown(self) -> None:
        """All has been delivered: the count is the number of likes there are."""
        for shard in range(SHARDS):
            self.consume(shard, self.stream[shard][self.reached[shard] :])
        for video in VIDEOS:
            there = sum(likes.liked(self.id(user), self.id(video)) for user in USERS)
            assert counters.load([self.id(video)])[self.id(video)].likes == there


RANDOMLY = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.engines
def test_any_interleaving_ends_with_count_equal_to_likes(aws: Config) -> None:
    run_state_machine_as_test(Counting, settings=settings(max_examples=8, stateful_step_count=25, **RANDOMLY))


@pytest.mark.engines
@pytest.mark.timeout(1200)  # 3,600 steps, each of a few requests to moto
def test_many_interleavings_end_with_count_equal_to_likes(aws: Config) -> None:
    run_state_machine_as_test(Counting, settings=settings(max_examples=60, stateful_step_count=60, **RANDOMLY))
