"""Viewer documents: of those only who let what they watch choose, the newest day's, and gone with the choice."""

import json
from typing import Any

import pytest

from reelstack.feed import viewer_documents, viewer_profiles
from reelstack.platform.config import config
from reelstack.platform.daily_files import Loaded
from reelstack.platform.stream_records import StreamRecord
from reelstack.search import indexes, indexing
from reelstack.search.documents import SearchKind, ViewerInterests
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile
from tests.search.test_index_search import rebuilt
from tests.search_engine import content

DAY = 24 * 3600 * 1000


def row(viewer_id: str = "ann", day: int = 2, **scores: float) -> ViewerInterests:
    return ViewerInterests(viewer_id, {f"t:{tag}": score for tag, score in scores.items()}, "AT", "de", day * DAY)


@pytest.fixture(autouse=True)
def viewers(engine: str) -> None:
    for user_id in ("ann", "bob"):
        User(user_id, handle=user_id, created_at=1).save()


def changed(user_id: str, **more: Any) -> StreamRecord:
    """Writes the account, and returns what its stream says then."""
    User(user_id, handle=user_id, created_at=1, **more).save()
    image = {name: {"BOOL": value} if isinstance(value, bool) else {"N": str(value)} for name, value in more.items()}
    return StreamRecord({"dynamodb": {"SequenceNumber": "1", "Keys": {"user_id": {"S": user_id}}, "NewImage": image}})


def interests(engine: str) -> dict[str, list[str]]:
    return {key: found["interests"] for key, found in content(engine, SearchKind.VIEWERS).items()}


def test_the_strongest_interests_are_kept_best_first_and_dislikes_are_not(engine: str) -> None:
    assert indexing.index_viewers([row(cats=1, dogs=3, mud=-2)]) == set()
    (found,) = content(engine, SearchKind.VIEWERS).values()
    assert found == {
        "viewer_id": "ann",
        "interests": ["t:dogs", "t:cats"],
        "region": "AT",
        "language": "de",
        "computed_at": 2 * DAY,
    }


def test_a_row_of_an_earlier_day_that_comes_late_changes_nothing(engine: str) -> None:
    for late in (row(day=3, new=1), row(day=2, old=1)):
        assert indexing.index_viewers([late]) == set()
    assert interests(engine) == {"ann": ["t:new"]}


def test_a_row_of_the_future_is_refused(engine: str) -> None:
    with pytest.raises(ValueError, match="ann"):
        indexing.index_viewers([row(day=40_000)])


@pytest.mark.parametrize("end", [{"personalised": False}, {"deleted_at": 5}, {"suspended_at": 5}])
def test_who_opts_out_or_is_gone_is_taken_out_and_no_row_brings_them_back(engine: str, end: dict[str, Any]) -> None:
    indexing.index_viewers([row(cats=1), row("bob", dogs=1)])
    assert indexing.follow([changed("ann", **end)]) == []
    assert interests(engine) == {"bob": ["t:dogs"]}
    indexing.index_viewers([row(day=3, cats=1), row("nobody", cats=1)])
    assert interests(engine) == {"bob": ["t:dogs"]}


def test_a_row_takes_out_who_opted_out_while_the_stream_was_behind(engine: str) -> None:
    indexing.index_viewers([row(cats=1)])
    changed("ann", personalised=False)
    indexing.index_viewers([row(day=3, cats=1)])
    assert interests(engine) == {}


def test_a_reindex_reads_the_table_of_profiles_and_later_rows_are_newer(engine: str) -> None:
    for name, interests_of in (("ann", {"t:cats": 1.5}), ("bob", {"t:dogs": 1.0}), ("erased", {"t:x": 1.0})):
        ViewerProfile(
            name, as_of=2 * DAY, region="AT", language="de", totals={}, interests=interests_of, expires_at=1
        ).save()
    indexing.index_viewers([row(cats=1)])
    changed("bob", personalised=False)
    page = rebuilt(SearchKind.VIEWERS)
    assert (page.seen, page.indexed, page.failed) == (3, 1, 0)
    assert interests(engine) == {"ann": ["t:cats"]}
    assert indexes.named(SearchKind.VIEWERS) == [page.index]
    indexing.index_viewers([row(day=3, birds=1)])
    assert interests(engine) == {"ann": ["t:birds"]}


def profile(viewer: str, **more: Any) -> bytes:
    told = {"viewer": viewer, "as_of": 2 * DAY, "region": "AT", "language": "de", "interests": [["t:cats", 2.0]]}
    return json.dumps(told | more).encode()


def test_the_rows_of_a_day_become_documents_and_one_that_is_gone_finds_nothing(engine: str) -> None:
    lines = [profile("ann"), profile("bob", as_of=8 * 10**15), profile("nobody")]
    assert viewer_profiles.load(lines, 0, 9e9, viewer_documents.write) == Loaded(None)
    assert interests(engine) == {"ann": ["t:cats"], "bob": ["t:cats"]}
    viewer_profiles.load([json.dumps({"viewer": "ann", "gone": True}).encode()], 0, 9e9, viewer_documents.write)
    assert interests(engine)["ann"] == []


def test_a_day_is_loaded_while_the_search_does_not_answer(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSTACK_SEARCH_URL", "http://127.0.0.1:9")
    config.cache_clear()
    assert viewer_profiles.load([profile("ann")], 0, 9e9, viewer_documents.write) == Loaded(None)
    assert viewer_profiles.read("ann")
