"""Creators' records are found by moderators, by what the tables say now."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.classification.creator_record import FADES_MS
from reelstack.platform.clock import now_ms
from reelstack.platform.stream_records import StreamRecord
from reelstack.search import indexing, reindex
from reelstack.search.documents import SearchKind
from reelstack.tables.moderation import Strike
from tests.search.test_index_search import rebuilt
from tests.search_engine import content, refresh

Call = Callable[..., Any]
MOD = {"user": "mia", "roles": ("moderator",)}


def strike(creator_id: str, video_id: str, kind: str = "report-upheld", *, age: int = 0) -> StreamRecord:
    at = now_ms() - age
    Strike(creator_id, video_id, kind=kind, at=at, expires_at=(at + FADES_MS) // 1000).save()
    keys = {"creator_id": {"S": creator_id}, "video_id": {"S": video_id}}
    return StreamRecord({"dynamodb": {"SequenceNumber": "1", "Keys": keys}})


@pytest.fixture
def records(engine: str) -> None:
    made = [strike("ann", f"a{number}") for number in range(3)]
    made += [strike("bob", "b0", "rejected"), strike("bob", "b1", "overturned"), strike("cid", "c0", "overturned")]
    made += [strike("dan", "d0", age=2 * FADES_MS)]
    assert indexing.follow(made) == []
    refresh(engine)


def found(call: Call, strikes: int = 1) -> list[tuple[str, int]]:
    answer = call("search", "GET", f"/v1/search/creators?strikes={strikes}", **MOD)
    assert answer.status == 200, answer.json
    return [(one["creator_id"], one["strikes"]) for one in answer.json["items"]]


@pytest.mark.usefixtures("records")
def test_creators_are_found_by_strikes_that_count_the_most_first(call: Call) -> None:
    assert found(call) == [("ann", 3), ("bob", 1)]
    assert found(call, 2) == [("ann", 3)]
    (ann,) = call("search", "GET", "/v1/search/creators?strikes=3", **MOD).json["items"]
    assert (ann["reports_upheld"], ann["rejected"], ann["threshold_scale"]) == (3, 0, 0.625)


@pytest.mark.usefixtures("records")
def test_a_record_that_the_index_does_not_know_of_yet_is_shown_as_it_is(call: Call) -> None:
    strike("ann", "a0", "overturned")
    assert found(call) == [("ann", 2), ("bob", 1)]


@pytest.mark.usefixtures("records")
def test_a_rebuild_finds_the_same(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(engine, SearchKind.CREATORS)
    monkeypatch.setattr(reindex, "AT_ONCE", 2)
    rebuilt(SearchKind.CREATORS)
    assert content(engine, SearchKind.CREATORS) == before


@pytest.mark.usefixtures("engine")
def test_a_strike_that_ended_takes_the_record_out(engine: str) -> None:
    record = strike("ann", "a0")
    indexing.follow([record])
    Strike("ann", "a0").delete()
    assert indexing.follow([record]) == []
    assert content(engine, SearchKind.CREATORS) == {}
