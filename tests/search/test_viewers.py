"""Viewer documents: of those only who let what they watch choose, the newest day's, and gone with the choice."""

from typing import Any

import pytest

from reelstack.platform.stream_records import StreamRecord
from reelstack.search import indexes, indexing
from reelstack.search.documents import SearchKind, ViewerInterests
from reelstack.tables.accounts import User
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


def test_a_reindex_keeps_what_is_allowed_and_later_rows_are_newer_than_its_copies(engine: str) -> None:
    indexing.index_viewers([row(cats=1), row("bob", dogs=1)])
    changed("bob", personalised=False)
    page = rebuilt(SearchKind.VIEWERS)
    assert (page.seen, page.indexed, page.failed) == (2, 1, 0)
    assert interests(engine) == {"ann": ["t:cats"]}
    assert indexes.named(SearchKind.VIEWERS) == [page.index]
    indexing.index_viewers([row(day=3, birds=1)])
    assert interests(engine) == {"ann": ["t:birds"]}
