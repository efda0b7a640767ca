"""The index is what the tables say, whatever way its content came: by streams in any order, or by a rebuild."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack.platform.stream_records import StreamRecord
from reelstack.search import indexes, indexing, reindex
from reelstack.search.documents import SearchKind
from reelstack.search.reindex import Rebuild
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from tests.accounts.test_profiles import problem
from tests.search_engine import content, empty

OF_TABLES = (SearchKind.VIDEOS, SearchKind.USERS)
VIDEOS, PEOPLE = ("v1", "v2", "v3"), ("ann", "bob")
CHANGES = st.one_of(
    st.tuples(
        st.sampled_from(VIDEOS),
        st.sampled_from(("published", "deleted", "rejected")),
        st.sampled_from(("public", "private")),
        st.sampled_from(PEOPLE),
    ),
    st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.booleans()),
)


def apply(change: tuple[Any, ...]) -> StreamRecord:
    """Writes the tables; what the streams will say of it."""
    if change[0] in VIDEOS:
        video_id, state, visibility, owner_id = change
        told = {"state": state, "visibility": visibility, "published_at": 1, "upload_id": "u", "created_at": 1}
        Video(video_id, owner_id=owner_id, title=f"Of {owner_id}", **told).save()
        return StreamRecord({"dynamodb": {"SequenceNumber": "1", "Keys": {"video_id": {"S": video_id}}}})
    user_id, private, suspended = change
    User(user_id, handle=user_id, created_at=1, private=private, suspended_at=1 if suspended else None).save()
    image = {"suspended_at": {"N": "1"}}
    return StreamRecord({"dynamodb": {"SequenceNumber": "1", "Keys": {"user_id": {"S": user_id}}, "NewImage": image}})


def rebuilt(kind: SearchKind) -> Rebuild:
    page = reindex.go_on(kind, reindex.begin(kind), None)
    while not page.done:
        page = reindex.go_on(kind, page.index, page.cursor)
    return page


@pytest.mark.engines
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_records_ends_in_the_index_of_a_rebuild(
    engine: str, changes: list[tuple[Any, ...]], chance: Any
) -> None:
    empty(engine)
    for model in (Video, User):
        for item in model.scan():
            item.delete()
    late = []
    for change in changes:
        record = apply(change)
        late.append(record)
        if chance.random() < 0.5:
            indexing.follow([record])
    again = [*late, *chance.choices(late, k=2)]
    chance.shuffle(again)
    for start in range(0, len(again), 3):
        assert indexing.follow(again[start : start + 3]) == []
    followed = {kind: content(engine, kind) for kind in OF_TABLES if indexes.named(kind)}
    for kind in OF_TABLES:
        rebuilt(kind)
        assert content(engine, kind) == followed.get(kind, {})


def test_what_was_read_earlier_and_comes_later_changes_nothing(engine: str) -> None:
    names = indexes.fed(SearchKind.USERS)
    new, old = ({"user_id": "ann", "handle": handle, "display_name": "", "created_at": 1} for handle in ("new", "old"))
    for document, version in ((new, 20), (old, 10), (None, 15)):
        assert indexes.write(names, {"ann": document}, version) == set()
    assert content(engine, SearchKind.USERS) == {"ann": new}
    indexes.write(names, {"ann": None}, 30)
    indexes.write(names, {"ann": old}, 25)
    assert content(engine, SearchKind.USERS) == {}


def test_a_rebuild_goes_on_page_by_page_while_the_old_index_answers_and_both_are_fed(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "AT_ONCE", 2)
    for user_id in ("ann", "bob", "cid"):
        apply((user_id, False, False)) if user_id != "cid" else User("cid", handle="cid", created_at=1).save()
    stale = {"user_id": "eve", "handle": "eve", "display_name": "", "created_at": 1}
    indexes.write(indexes.fed(SearchKind.USERS), {"eve": stale}, 1)
    first = reindex.go_on(SearchKind.USERS, reindex.begin(SearchKind.USERS), None)
    assert (first.seen, first.indexed, first.failed, first.done) == (2, 2, 0, False)
    assert set(content(engine, SearchKind.USERS)) == {"eve"}
    User("dan", handle="dan", created_at=1).save()
    indexing.index_people(["dan"])
    assert set(content(engine, SearchKind.USERS)) == {"eve", "dan"}
    page = reindex.go_on(SearchKind.USERS, first.index, first.cursor)  # asked for twice: the answer was lost
    page = reindex.go_on(SearchKind.USERS, first.index, first.cursor) if not page.done else page
    while not page.done:
        page = reindex.go_on(SearchKind.USERS, page.index, page.cursor)
    assert set(content(engine, SearchKind.USERS)) == {"ann", "bob", "cid", "dan"}
    assert indexes.named(SearchKind.USERS) == indexes.named(SearchKind.USERS, fed=True) == [first.index]


def test_a_document_that_an_index_does_not_take_is_named_and_the_others_are_taken(engine: str) -> None:
    names = indexes.fed(SearchKind.USERS)
    good = {"user_id": "ann", "handle": "ann", "display_name": "", "created_at": 1}
    assert indexes.write(names, {"ann": good, "bob": good | {"unknown": 1}}, 1) == {"bob"}
    assert set(content(engine, SearchKind.USERS)) == {"ann"}


def test_an_admin_rebuilds_and_a_rebuild_that_was_replaced_cannot_go_on(engine: str, call: Callable[..., Any]) -> None:
    admin = {"user": "ada", "roles": ("admin",)}
    apply(("ann", False, False))
    answer = call("search", "POST", "/v1/search/reindex", body={"kind": "users"}, **admin)
    assert (answer.status, answer.json["done"], answer.json["indexed"]) == (200, True, 1)
    for index in (answer.json["index"], "people-1", "videos-1", "nonsense"):
        body = {"kind": "users", "index": index}
        assert problem(call("search", "POST", "/v1/search/reindex", body=body, **admin)) == (409, "reindex-ended")


@pytest.mark.parametrize(
    "sample", ["search/index_search.published", "search/index_search.private", "search/index_search.struck"]
)
def test_records_as_aws_sends_them_are_taken(sample: str, engine: str, event: Any, context: Any) -> None:
    handler = importlib.import_module("functions.search.index_search.handler").handler
    assert handler(event(sample), context) == {"batchItemFailures": []}
