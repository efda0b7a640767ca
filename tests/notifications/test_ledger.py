"""The ledger: whatever was taken back is gone, in any order, and what is done again in a day tells nobody."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.notifications import ledger, notifications
from reelstack.notifications.activities import Activity, NotificationKind
from reelstack.notifications.ledger import GONE_MS, MOST_ACTS, MOST_GONE, MOST_PEOPLE, QUIET_MS, Act, Ledger, changed
from reelstack.tables.notifications import Notification

NOW = 10 * QUIET_MS
USERS = [f"user{n}" for n in range(4)]


def done(user_id: str, at: int = NOW, comment_id: str | None = None) -> Activity:
    return Activity("ann", NotificationKind.LIKE, "vid", user_id, at, comment_id)


def undone(user_id: str, at: int = NOW, comment_id: str | None = None) -> Activity:
    return Activity("ann", NotificationKind.LIKE, "vid", user_id, at, comment_id, withdrawn=True)


def people(of: Ledger) -> list[str]:
    return [user_id for _, user_id in of.people]


def told(of: Ledger, *changes: Activity, now: int) -> tuple[Ledger, bool]:
    """The ledger after a change, and whether its user is told of it."""
    after = changed(of, changes, now, now)
    return after, any(act.came_at == now for act in after.acts)


def toggled(order: list[str]) -> tuple[list[Activity], set[str]]:
    """Each does it and takes it back, by turns; and who has done it at the end."""
    acts, standing = list[Activity](), dict[str, int]()
    for at, user_id in enumerate(order, NOW):
        if user_id in standing:
            acts.append(undone(user_id, standing.pop(user_id)))
        else:
            standing[user_id] = at
            acts.append(done(user_id, at))
    return acts, set(standing)


@given(st.lists(st.sampled_from(USERS), min_size=1, max_size=12), st.data())
def test_who_took_it_back_is_not_there_in_any_order_of_any_batches(order: list[str], data: Any) -> None:
    acts, standing = toggled(order)
    replayed = data.draw(st.permutations(acts + data.draw(st.lists(st.sampled_from(acts), max_size=6))))
    found = Ledger()
    while replayed:
        size = data.draw(st.integers(1, len(replayed)))
        found = changed(found, replayed[:size], NOW, NOW)
        replayed = replayed[size:]
    assert set(people(found)) == standing


def test_what_is_done_again_within_a_day_takes_its_old_place_and_later_a_new_one() -> None:
    found, news = told(Ledger(), done("bob"), now=NOW)
    assert (news, found.came_at) == (True, NOW)
    found, _ = told(found, done("cid", NOW + 5), now=NOW + 5)
    found, news = told(found, undone("bob"), now=NOW + 10)
    assert (people(found), news, found.came_at) == (["cid"], False, NOW + 5)
    found, news = told(found, done("bob", NOW + QUIET_MS - 1), now=NOW + QUIET_MS)
    assert (people(found), news, found.came_at) == (["bob", "cid"], False, NOW + 5)
    found, _ = told(found, undone("bob", NOW + QUIET_MS - 1), now=NOW + QUIET_MS + 1)
    found, news = told(found, done("bob", NOW + QUIET_MS), now=NOW + QUIET_MS + 2)
    assert (news, found.came_at) == (True, NOW + QUIET_MS + 2), "a day after the first time, however often meanwhile"


def test_what_came_and_went_at_once_was_told_to_nobody_and_is_news_when_it_comes_again() -> None:
    found, news = told(Ledger(), done("bob"), undone("bob"), now=NOW)
    assert (people(found), news) == ([], False)
    assert told(found, done("bob", NOW + 1), now=NOW + 1)[1]


def test_what_the_service_says_again_is_news() -> None:
    found, _ = told(Ledger(), done(ledger.NOBODY), now=NOW)
    assert told(found, done(ledger.NOBODY, NOW + 1), now=NOW + 1)[1]


def test_of_several_comments_the_others_stay_when_one_is_deleted() -> None:
    found = changed(Ledger(), [done("bob", NOW, "c1"), done("bob", NOW + 1, "c2")], NOW, NOW)
    found = changed(found, [undone("bob", NOW + 1, "c2")], NOW + 2, NOW + 2)
    assert [(act.actor_id, act.comment_id) for act in found.acts] == [("bob", "c1")]
    assert changed(found, [undone("bob", NOW, "c1")], NOW + 3, NOW + 3).acts == ()


def test_a_ledger_has_a_size() -> None:
    many = [done(f"user{n}", NOW + n, f"c{m}") for n in range(40) for m in range(3)]
    found = changed(Ledger(), many, NOW, NOW)
    assert (len(found.people), len(found.acts), found.many) == (MOST_PEOPLE, MOST_ACTS, True)
    found = changed(found, [undone(one.actor_id, one.at, one.comment_id) for one in many], NOW + 1, NOW + 1)
    assert (found.acts, len(found.gone), found.many) == ((), MOST_GONE, True)


def test_what_was_taken_back_long_ago_is_not_remembered() -> None:
    found = changed(Ledger(), [done("bob"), undone("bob")], NOW, NOW)
    assert changed(found, [done("cid")], NOW + GONE_MS, NOW + GONE_MS).gone == ()
    assert changed(Ledger(), [undone("bob", NOW - GONE_MS)], NOW, NOW) == Ledger()


@pytest.mark.parametrize("comment_id", [None, "c1"])
def test_an_item_of_an_earlier_version_is_read_and_changed(comment_id: str | None) -> None:
    old = Notification(
        "ann", "x", people=[[NOW, "bob"], [NOW - 9, "cid"]], comment_id=comment_id, changed_at=NOW + 3, pushed="sent"
    )
    found = notifications.ledger_of(old)
    assert (found.people, found.came_at, found.acts[0].comment_id) == (
        [(NOW, "bob"), (NOW - 9, "cid")],
        NOW + 3,
        comment_id or "",
    )
    same, news = told(found, done("bob", NOW, comment_id), now=NOW + 5)
    assert (same.people, news) == (found.people, False)
    left = changed(found, [undone("cid", NOW - 9, comment_id and "c0")], NOW + 6, NOW + 6)
    assert people(left) == ["bob"]


def test_an_item_keeps_all_of_a_ledger() -> None:
    kept = Ledger((Act(NOW, "bob", "c1", 7, NOW, NOW),), (Act(NOW, "cid", "", 3, 0, 0, NOW),), many=True)
    item = notifications._made("ann", "like#vid", None, kept, (NOW, NOW))
    again = Notification.from_raw_data(item.serialize())
    assert notifications.ledger_of(again) == kept
