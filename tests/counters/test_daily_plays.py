"""Plays by clip, creator and day: loaded from what the daily job writes, and held against those that were counted."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from functions.behavior.count_plays.handler import handler as count_plays
from functions.behavior.load_daily_plays.handler import handler as load_daily_plays
from functions.behavior.sum_daily_plays.handler import handler as sum_daily_plays
from reelstack.counters import daily_plays, plays
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.platform.daily_files import Loaded
from reelstack.tables.accounts import User
from reelstack.tables.counters import DailyPlays
from tests.videos.test_videos import make

DAY = date(2026, 11, 28)
Event = Callable[[str], dict[str, Any]]


def row(video_id: str = "vid", owner: str = "ann", **more: Any) -> dict[str, Any]:
    """A line as jobs/profiles writes it."""
    made = {"day": DAY.isoformat(), "video_id": video_id, "owner_id": owner, "plays": 7, "viewers": 5}
    return {
        **made,
        "watched_ms": 41_234,
        "finishes": 3,
        "owner_viewers": 9,
        "sources": {"direct": 2, "newest": 5},
        **more,
    }


def written(*rows: dict[str, Any]) -> list[bytes]:
    """The same in the bucket, and line by line."""
    lines = [json.dumps(one).encode() for one in rows]
    seam.client("s3").put_object(Bucket="data", Key=daily_plays.key_of_file(DAY), Body=b"\n".join(lines) + b"\n")
    return lines


def items() -> list[dict[str, Any]]:
    found = [item.attribute_values for item in DailyPlays.scan()]
    return sorted(({**item, "loaded_at": 0} for item in found), key=lambda item: item["key"])


@pytest.fixture
def run(aws: Config, event: Event, context: Any) -> Callable[[], dict[str, Any]]:
    """Both steps, over what `written` wrote."""
    context.get_remaining_time_in_millis = lambda: 900_000
    for name in ("ann", "bob"):
        User(name, created_at=1).save()
    make()
    make("w", owner="bob")

    def steps() -> dict[str, Any]:
        assert load_daily_plays(event("behavior/load_daily_plays.ok"), context) == {
            "done": True,
            "line": 0,
            "refused": 0,
        }
        answer: dict[str, Any] = sum_daily_plays(event("behavior/sum_daily_plays.ok"), context)
        return answer

    return steps


def played(event: Event, *event_ids: str) -> dict[str, Any]:
    """The message that brings them, sent on DAY."""
    message = event("behavior/count_plays.ok")
    sent = message["Records"][0]
    sent["attributes"]["SentTimestamp"] = "1795903200000"
    sent["body"] = json.dumps({"plays": [[one, "vid"] for one in event_ids]})
    return message


def test_a_day_is_there_by_clip_and_by_creator_and_loading_it_again_changes_nothing(
    run: Callable[[], dict[str, Any]],
) -> None:
    written(row(), row("w", "bob", plays=1, sources={"direct": 1}))
    assert run()["archived"] == 8
    first = items()
    assert [(item["key"], item["plays"], item.get("viewers")) for item in first] == [
        *(("all", 8, None), ("user/ann", 7, 9), ("user/bob", 1, 9), ("vid", 7, 5), ("w", 1, 5)),
    ]
    run()
    assert items() == first
    newest = daily_plays.newest()
    assert newest
    assert newest.day == DAY.isoformat()


def test_a_creators_day_is_the_sum_of_their_clips(run: Callable[[], dict[str, Any]]) -> None:
    make("other")
    written(row(), row("other", sources={"newest": 4, "search": 3}, finishes=1))
    run()
    (ann,) = daily_plays.read("user/ann", DAY, DAY)
    assert (ann.plays, ann.viewers, ann.finishes, ann.watched_ms) == (14, 9, 4, 82_468)
    assert ann.sources == {"direct": 2, "newest": 9, "search": 3}


def test_what_was_erased_since_does_not_come_back(run: Callable[[], dict[str, Any]]) -> None:
    User("bob").update(actions=[User.expires_at.set(2_000_000_000)])
    written(row(), row("erased", "nobody"), row("w", "bob"), row("ownerless", ""))
    assert run()["archived"] == 28
    assert [item["key"] for item in items()] == ["all", "user/ann", "vid", "w"]


def test_a_clip_whose_owner_was_erased_from_its_events_adds_to_nobodys_day(run: Callable[[], dict[str, Any]]) -> None:
    written(row(), row("w", ""))
    assert run()["archived"] == 14
    assert [item["key"] for item in items()] == ["all", "user/ann", "vid", "w"]


def test_a_run_that_is_out_of_time_goes_on_where_it_left_off(run: Callable[[], dict[str, Any]]) -> None:
    lines = written(*(row(f"v{number}") for number in range(150)))
    for number in range(150):
        make(f"v{number}")
    assert daily_plays.load(lines, 0, until=0) == Loaded(0)
    assert daily_plays.load(lines, 100, until=9e9) == Loaded(None)
    assert len(items()) == 50


@pytest.mark.parametrize(
    "line",
    [
        *(b"{", b"[]", json.dumps(row(plays=-1)).encode(), json.dumps(row(day="yesterday")).encode()),
        json.dumps(row(views=2, reached=[1, 2])).encode(),
    ],
)
def test_a_line_of_another_form_is_left_out_and_costs_no_other_its_place(line: bytes, aws: Config) -> None:
    make()
    lines = [line, json.dumps(row()).encode()]
    assert daily_plays.load(lines, 0, until=9e9) == Loaded(None, refused=1)
    assert daily_plays.sum_up(DAY, lines).archived == 7
    assert [item["key"] for item in items()] == ["all", "vid"]


def test_plays_that_were_counted_are_known_by_day_each_once(
    run: Callable[[], dict[str, Any]], event: Event, context: Any
) -> None:
    for _ in range(2):
        count_plays(played(event, *(f"e{number}" for number in range(60))), context)
    count_plays(played(event, "e59", "e60"), context)
    assert (plays.of_day("2026-11-28"), plays.of_day("2026-11-27")) == (61, 0)
    written(row(plays=61))
    assert run() == {"archived": 61, "counted": 61, "reconciled": True}


@pytest.mark.parametrize(
    ("archived", "holds"), [(5000, True), (5005, True), (4995, True), (5006, False), (4994, False)]
)
def test_the_archive_and_the_stream_may_differ_by_a_thousandth(archived: int, holds: bool) -> None:
    assert daily_plays.Reconciled(archived, 5000).holds is holds


def test_a_difference_is_told_and_the_archives_number_stands(run: Callable[[], dict[str, Any]]) -> None:
    written(row())
    assert run() == {"archived": 7, "counted": 0, "reconciled": False}
    assert [one.plays for one in daily_plays.read("vid", DAY, DAY)] == [7]
