"""Segments that wait for a job that starts anew become one, by arrival; the feeder goes on by their names."""

import json
from pathlib import Path

from jobs.interests.segments import gather
from local.segment_feeder import newest

SHARD, OTHER = "shardId-000000000000", "shardId-000000000001"


def _segment(folder: Path, shard: str, first: int, *arrivals: int) -> None:
    lines = "".join(json.dumps({"id": f"{shard}-{at}", "received_at": at}) + "\n" for at in arrivals)
    (folder / f"{shard}-{first}-{first + len(arrivals)}.jsonl").write_text(lines)


def _read(folder: Path) -> list[int]:
    """Arrivals, file by file."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["received_at"] for line in lines]


def test_events_of_all_shards_stand_in_the_order_of_arrival(tmp_path: Path) -> None:
    _segment(tmp_path, SHARD, 10, 100, 104)
    _segment(tmp_path, OTHER, 7, 101, 102)
    _segment(tmp_path, SHARD, 20, 103, 105)
    gather(tmp_path)
    assert _read(tmp_path) == [100, 101, 102, 103, 104, 105]
    assert not list(tmp_path.glob(".*"))
    assert (newest(tmp_path, SHARD), newest(tmp_path, OTHER)) == ("22", "9")


def test_what_came_since_joins_what_was_gathered_before(tmp_path: Path) -> None:
    _segment(tmp_path, SHARD, 1, 100)
    _segment(tmp_path, OTHER, 1, 99)
    gather(tmp_path)
    _segment(tmp_path, OTHER, 5, 101)
    gather(tmp_path)
    before = _read(tmp_path)
    gather(tmp_path)
    assert _read(tmp_path) == before == [99, 100, 101]


def test_one_segment_and_none_are_left_alone(tmp_path: Path) -> None:
    gather(tmp_path)
    _segment(tmp_path, SHARD, 1, 3, 2)
    gather(tmp_path)
    assert _read(tmp_path) == [3, 2]


def test_a_line_that_is_no_event_breaks_nothing(tmp_path: Path) -> None:
    odd = [b"{", b"null", b"[" * 100_000, b"\xff", b"{}", b'{"received_at": "now"}']
    odd.append(b'{"received_at": 5, "id": "\xe2\x80\xa8"}')
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(odd) + b"\n")
    _segment(tmp_path, SHARD, 1, 4)
    gather(tmp_path)
    lines = (tmp_path / "gathered.jsonl").read_bytes().splitlines()
    assert sorted(lines[:-2]) == sorted(odd[:-1])
    assert lines[-1] == odd[-1]
