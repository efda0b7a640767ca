"""Counting: whatever the stream does, a count ends at the number of likes."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack import likes
from reelstack.config import Config
from reelstack.tables import Like, LikeCount, Video


def record(sequence: int, name: str, video_id: str) -> dict[str, object]:
    return {
        "eventName": name,
        "dynamodb": {
            "SequenceNumber": f"{sequence:030d}",
            "Keys": {"user_id": {"S": "u"}, "video_id": {"S": video_id}},
        },
    }


@pytest.fixture
def video(aws: Config) -> str:
    Video("v", owner_id="ann", title="t", state="published", upload_id="u", created_at=1).save()
    return "v"


def test_liking_twice_counts_once(video: str) -> None:
    assert [likes.like("bob", video) for _ in range(2)] == [True, False]
    assert Like.count("bob") == 1


def test_unliking_what_was_not_liked_changes_nothing(video: str) -> None:
    likes.unlike("bob", video)
    assert not likes.liked("bob", video)


def test_a_batch_that_comes_again_adds_nothing(aws: Config) -> None:
    records = [record(n, "INSERT", "v") for n in range(1, 4)]
    assert [likes.count_records("s", records) for _ in range(2)] == [3, 0]
    assert likes.counts(["v", "w"]) == {"v": 3, "w": 0}


def test_shards_are_counted_apart(aws: Config) -> None:
    for shard in ("s1", "s2"):
        likes.count_records(shard, [record(1, "INSERT", "v")])
    assert likes.counts(["v"]) == {"v": 2}


def test_a_batch_over_many_videos_fits_the_transaction(aws: Config) -> None:
    likes.count_records("s", [record(n, "INSERT", f"v{n}") for n in range(1, 251)])
    assert all(count == 1 for count in likes.counts([f"v{n}" for n in range(1, 251)]).values())


def test_a_mark_that_moved_meanwhile_stops_the_batch(aws: Config) -> None:
    LikeCount("shard#s", counted_to="9").save()
    with pytest.raises(likes.ShardMoved):
        likes._apply("s", "8", "10", {"v": 1})
    assert likes.counts(["v"]) == {"v": 0}


changes = st.lists(st.tuples(st.sampled_from(["INSERT", "REMOVE"]), st.sampled_from(["v", "w"])), max_size=30)
cuts = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes, cuts=cuts)
def test_any_replay_ends_at_the_sum(aws: Config, changes: list[tuple[str, str]], cuts: list[tuple[int, int]]) -> None:
    """Lambda may cut batches anywhere at or before its checkpoint and send each as often as it likes."""
    shard = uuid.uuid4()  # the table outlives an example
    records = [record(n, name, f"{video}{shard}") for n, (name, video) in enumerate(changes, 1)]
    reached = 0
    for start, length in cuts:
        begin = min(start, reached)
        likes.count_records(str(shard), records[begin : begin + length])
        reached = max(reached, min(begin + length, len(records)))
    likes.count_records(str(shard), records[reached:])
    for video in ("v", "w"):
        expected = sum(likes.CHANGE[name] for name, which in changes if which == video)
        assert likes.counts([f"{video}{shard}"]) == {f"{video}{shard}": expected}
