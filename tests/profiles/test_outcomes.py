"""What came of a clip that was shown."""

from typing import Any

import pytest

from jobs.profiles import outcomes
from reelstack.behavior import stored_event

SERVED = 1_000_000_000_000
ROW = {"answer_id": "a1", "video_id": "v1", "viewer": "ann", "served_at": SERVED}


def event(kind: str, after_ms: int, **of: Any) -> dict[str, Any]:
    known = {"viewer": "ann", "signed_in": True, "personalised": True, "video_id": "v1", "owner_id": "bob"}
    clip = {"duration_ms": 20_000, "answer_id": "a1", "tags": ["cats"], "language": "de", "region": "DE"}
    return {
        **stored_event.FIELDS,
        **known,
        **clip,
        "id": f"{kind}{after_ms}",
        "type": kind,
        "at": SERVED + after_ms,
        **of,
    }


def table(kind: str, after_ms: int, **of: Any) -> dict[str, Any]:
    return event(kind, after_ms, answer_id="", **of)


IMPRESSION = event("impression", 1000)


def only(*events: dict[str, Any], rows: tuple[dict[str, Any], ...] = (ROW,)) -> dict[str, Any]:
    found = outcomes.training_rows(rows, [IMPRESSION, *events])
    return found[0]


def test_a_clip_that_was_never_on_the_screen_gives_no_row() -> None:
    assert outcomes.training_rows([ROW], [table("like", 2000)]) == []


@pytest.mark.parametrize("unwilling", [{"personalised": False}, {"signed_in": False}])
def test_viewers_without_account_or_wish_give_no_rows(unwilling: dict[str, bool]) -> None:
    assert outcomes.training_rows([ROW], [{**IMPRESSION, **unwilling}]) == []


def test_watch_time_is_the_greatest_that_was_reported() -> None:
    row = only(event("progress", 6000, watched_ms=5000), event("skip", 9000, watched_ms=8000))
    assert (row["watched_ms"], row["fast_skip"], row["finish"]) == (8000, False, False)
    assert row["event_id"] == "impression1000"


def test_leaving_at_once_is_a_fast_skip() -> None:
    assert only(event("skip", 2000, watched_ms=900))["fast_skip"] is True


def test_what_a_table_tells_counts_without_a_receipt() -> None:
    row = only(table("like", 3000), table("follow", 4000, video_id="", target="bob"))
    assert (row["like"], row["follow"], row["comment"]) == (True, True, False)


def test_following_somebody_else_is_no_outcome() -> None:
    assert only(table("follow", 4000, video_id="", target="eve"))["follow"] is False


def test_a_like_that_was_taken_back_is_none() -> None:
    assert only(table("unlike", 5000), table("like", 3000))["like"] is False


def test_a_report_of_a_comment_is_none_of_the_clip() -> None:
    assert only(table("report", 5000, what="comment"))["report"] is False
    assert only(table("report", 5000, what="video"))["report"] is True


def test_what_comes_after_half_an_hour_does_not_count() -> None:
    late = outcomes.WAIT_MS + 1
    assert only(table("like", late), event("finish", late, watched_ms=20_000))["like"] is False


def test_a_like_belongs_to_the_newest_row_before_it() -> None:
    again = {**ROW, "answer_id": "a2", "served_at": SERVED + 10_000}
    second = event("impression", 11_000, answer_id="a2")
    found = outcomes.training_rows([again, ROW], [IMPRESSION, second, table("like", 12_000)])
    assert [(row["answer_id"], row["like"]) for row in found] == [("a1", False), ("a2", True)]
