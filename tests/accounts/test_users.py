"""What decides about people's things, from the cache."""

from valkey import Valkey

from reelstack.accounts import users
from reelstack.platform import cache
from reelstack.tables.accounts import User
from tests.conftest import requests_of


def test_what_is_known_of_a_pages_owners_is_one_request_to_the_cache(cached: Valkey) -> None:
    User("ann", created_at=1, private=True).save()
    User("bob", created_at=1, suspended_at=1).save()
    everybody = ("ann", "bob", "nobody")
    found = users.facts_of(everybody)
    assert found == {user_id: users.read_facts(user_id) for user_id in everybody}
    again = []
    assert requests_of(cached, lambda: again.append(users.facts_of(everybody))) == 1
    assert again == [found]


def test_one_and_many_keep_the_same_and_forget_it_together(cached: Valkey) -> None:
    User("ann", created_at=1).save()
    assert not users.facts("ann")["private"]
    User("ann").update([User.private.set(True)])
    assert not users.facts_of(("ann", "bob"))["ann"]["private"], "of a second ago"
    users.invalidate("ann")
    assert users.facts_of(("ann", "bob"))["ann"]["private"]
    assert users.facts("ann")["private"]


def test_who_read_before_an_account_closed_does_not_keep_what_they_read(cached: Valkey) -> None:
    User("ann", created_at=1).save()

    def read_before() -> dict[str, bool]:
        before = users.read_facts("ann")
        User("ann").update([User.private.set(True)])
        users.invalidate_narrowed("ann")
        return before

    assert not cache.remember("user:ann", 30, read_before)["private"]
    assert users.facts("ann")["private"]
    assert users.facts_of(("ann", "bob"))["ann"]["private"]
