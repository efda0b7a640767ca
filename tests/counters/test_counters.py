"""Counting: what batches, marks and parts do one by one. All together: test_exact_counts.py."""

import time
from typing import Any

import pytest

from reelstack.counters import counters, deltas, shards, sizing
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.counters import Counter


def liked(sequence: int, video_id: str, name: str = "INSERT") -> StreamRecord:
    keys = {"user_id": {"S": "u"}, "video_id": {"S": video_id}}
    return StreamRecord({"eventName": name, "dynamodb": {"SequenceNumber": str(sequence), "Keys": keys}})


def commented(comment_id: str, before: str | None, after: str | None) -> StreamRecord:
    images = {
        name: {"video_id": {"S": "v"}, "state": {"S": state}}
        for name, state in (("OldImage", before), ("NewImage", after))
        if state
    }
    return StreamRecord({"dynamodb": {"SequenceNumber": "1", "Keys": {"comment_id": {"S": comment_id}}, **images}})


def likes(*video_ids: str) -> list[int]:
    found = counters.read(list(video_ids))
    return [found[video_id].likes for video_id in video_ids]


def test_a_batch_that_comes_again_adds_nothing(aws: Config) -> None:
    records = [liked(n, "v") for n in range(9, 12)]
    assert [counters.count_records("likes_table", "s", records)[0] for _ in range(2)] == [3, 0]
    assert likes("v", "w") == [3, 0]


def test_shards_are_counted_apart(aws: Config) -> None:
    for shard in ("s1", "s2"):
        counters.count_records("likes_table", shard, [liked(1, "v")])
    assert likes("v") == [2]


def test_a_batch_over_many_videos_fits_the_transaction(aws: Config) -> None:
    names = [f"v{n}" for n in range(1, 131)]
    counters.count_records("likes_table", "s", [liked(n, name) for n, name in enumerate(names)])
    assert set(likes(*names)) == {1}


def test_a_large_batch_of_one_hot_video_is_one_write_of_its_counter(aws: Config) -> None:
    counters.count_records("likes_table", "s", [liked(n, "v") for n in range(1000)])
    hot = Counter.get("v")
    assert (hot.likes, hot.writes, hot.records) == (1000, 1, 1000)


def test_a_mark_that_moved_meanwhile_stops_the_batch(aws: Config) -> None:
    Counter("mark#s", counted_to="9").save()
    tally = {"v": deltas.Tally({"likes": 1}, 1)}
    with pytest.raises(counters.ShardMoved):
        counters._apply("s", "8", "10", tally)
    assert likes("v") == [0]


@pytest.mark.parametrize(
    ("comment_id", "before", "after", "expected"),
    [
        ("c", None, "visible", [("v", "comments", 1)]),
        ("c", None, "held", [("v", "comments", 0)]),
        ("c", "held", "visible", [("v", "comments", 1)]),
        ("c", "visible", "visible", [("v", "comments", 0)]),
        ("c", "visible", "deleted", [("v", "comments", -1)]),
        ("c.r", "visible", None, [("v", "comments", -1), ("v/c", "replies", -1)]),
    ],
)
def test_a_comment_counts_while_everybody_can_read_it(
    comment_id: str, before: str | None, after: str | None, expected: list[tuple[str, str, int]]
) -> None:
    assert list(deltas.RULES["comments_table"](commented(comment_id, before, after))) == expected


# --- spreading what is hot -------------------------------------------------------------------------------------------


def measured(writes_per_second: float, seconds: int = 10, **more: Any) -> None:
    """A counter as it is after so many seconds of so many writes, a thousand likes each."""
    writes = round(writes_per_second * seconds)
    made = Counter("hot", writes=writes, records=1000 * writes, likes=1000 * writes, **more)
    made.measured_at, made.measured_writes, made.measured_records = int(time.time()) - seconds, 0, 0
    made.save()


def parts_of(key: str) -> int:
    return int(Counter.get(key).parts or 1)


def test_a_counter_written_often_is_split_by_its_measured_rate(aws: Config) -> None:
    measured(100)
    assert shards.look("hot") == pytest.approx(100_000, rel=0.3)
    assert parts_of("hot") == 16
    assert sizing.SPLIT_TO > 100 / 16


def test_a_counter_written_seldom_stays_one_item(aws: Config) -> None:
    measured(15)
    shards.look("hot")
    assert parts_of("hot") == 1


def test_what_is_measured_too_shortly_is_not_judged(aws: Config) -> None:
    measured(1000, seconds=1)
    assert shards.look("hot") is None
    assert parts_of("hot") == 1


def test_a_split_counter_is_read_whole_and_written_in_all_its_parts(aws: Config) -> None:
    measured(100)
    shards.look("hot")
    for shard in range(150):
        counters.count_records("likes_table", str(shard), [liked(1, "hot")])
    assert likes("hot") == [1_000_150]
    written = [item.key for item in Counter.scan(Counter.likes > 0)]
    assert len(written) == 16


def test_a_counter_that_has_become_quiet_is_merged_again_and_loses_nothing(aws: Config) -> None:
    measured(100)
    shards.look("hot")
    counters.count_records("likes_table", "s", [liked(1, "hot")])
    for expected in (8, 4, 2, 1, 1):
        long_ago = [Counter.resized_at.set(1), Counter.measured_at.set(int(time.time()) - 60)]
        Counter("hot").update([*long_ago, Counter.measured_writes.set(Counter.get("hot").writes)])
        shards.look("hot")
        assert parts_of("hot") == expected
        assert likes("hot") == [1_000_001]


def test_a_counter_just_resized_is_not_merged(aws: Config) -> None:
    measured(0, parts=4, resized_at=int(time.time()))
    shards.look("hot")
    assert parts_of("hot") == 4


def test_whoever_still_believes_in_a_closed_part_is_refused_and_counts_elsewhere(aws: Config) -> None:
    counters.count_records("likes_table", "s", [liked(1, "hot")])
    shards.resize("hot", 1, 64)
    believed = dict(shards._known)
    shards.resize("hot", 64, 1)
    for number in range(20):
        shards._known.update(believed)
        counters.count_records("likes_table", f"s{number}", [liked(1, "hot")])
    assert likes("hot") == [21]


def test_a_part_merged_between_the_two_reads_is_not_missed(aws: Config) -> None:
    """What a reader sees whose first read was of before a merge, and the second of after it."""
    Counter("hot", likes=5, parts=2).save()
    Counter("hot#1", open=False).save()
    assert counters.load(["hot"])["hot"].likes == 5


def test_two_who_split_at_the_same_time_split_once(aws: Config) -> None:
    Counter("hot", likes=1).save()
    shards.resize("hot", 1, 4)
    shards.resize("hot", 1, 16)
    assert parts_of("hot") == 4


@pytest.mark.parametrize("parts", [1, 2, 4, 8, 16, 32, 64])
def test_splitting_and_merging_do_not_alternate(parts: int) -> None:
    """Whatever the rate is, and however long it stays: from any number of parts one is reached and kept."""
    for total in [x / 10 for x in range(0, 20_000, 7)]:
        now = parts
        seen = [now := sizing.parts(now, total / now, sizing.HOLD_SECONDS) for _ in range(12)]
        assert len(set(seen[-4:])) == 1, (total, seen)
