"""Whatever order stream records come in, and however often, the inbox is the same."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack.notifications import notifications
from reelstack.notifications.activities import Activity, NotificationKind
from reelstack.notifications.ledger import MOST_PEOPLE, Ledger, changed
from reelstack.platform.config import Config
from reelstack.tables.notifications import Notification

DID = st.tuples(st.integers(1, 50), st.sampled_from([f"user{n}" for n in range(MOST_PEOPLE + 8)]))
USERS = itertools.count()


def did(user_id: str, at: int, *, withdrawn: bool = False) -> Activity:
    return Activity("ann", NotificationKind.LIKE, "vid", user_id, at, withdrawn=withdrawn)


@given(st.lists(DID, min_size=1, max_size=60), st.data())
def test_people_are_the_same_in_any_order_of_any_batches(drawn: list[tuple[int, str]], data: Any) -> None:
    acts = [did(user, at) for at, user in drawn]
    replayed = data.draw(st.permutations(acts + data.draw(st.lists(st.sampled_from(acts)))))
    once, again = changed(Ledger(), acts, 100, 100), Ledger()
    while replayed:
        size = data.draw(st.integers(1, len(replayed)))
        again = changed(again, replayed[:size], 100, 100)
        replayed = replayed[size:]
    assert (again.people, again.many) == (once.people, once.many)
    assert once.many == (len({user for _, user in drawn}) > MOST_PEOPLE)


HAPPENED = st.builds(
    Activity,
    user_id=st.just("ann"),
    kind=st.sampled_from([NotificationKind.LIKE, NotificationKind.COMMENT]),
    about=st.sampled_from(["v1", "v2"]),
    actor_id=st.sampled_from(["bob", "cid", "dan"]),
    at=st.integers(1, 9),
    comment_id=st.none() | st.sampled_from(["c1", "c2"]),
)


@pytest.mark.engines
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=st.lists(HAPPENED, min_size=1, max_size=8), data=st.data())
def test_an_inbox_is_the_same_after_any_replay(aws: Config, happened: list[Activity], data: Any) -> None:
    first, second = f"u{next(USERS)}", f"u{next(USERS)}"
    _store(first, happened, [len(happened)])
    replayed = data.draw(st.permutations(happened + data.draw(st.lists(st.sampled_from(happened), max_size=4))))
    _store(second, replayed, data.draw(st.lists(st.integers(1, 3), min_size=len(replayed), max_size=len(replayed))))
    assert _inbox(second) == _inbox(first)


def _store(user_id: str, happened: list[Activity], sizes: list[int]) -> None:
    left = [Activity(**(vars(one) | {"user_id": user_id})) for one in happened]
    for size in sizes:
        notifications.store(left[:size])
        left = left[size:]


def _inbox(user_id: str) -> dict[str, Any]:
    return {item.subject: (item.people, item.comment_id) for item in Notification.query(user_id)}
