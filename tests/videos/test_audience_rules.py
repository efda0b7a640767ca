"""The rules of who may see whose videos: every combination."""

import itertools

import pytest

from reelstack.social.relationships import Relationship
from reelstack.videos import audiences
from reelstack.videos.audiences import Account, Audience

OUT_AND_BACK = (
    Relationship(),
    Relationship(follows=True),
    Relationship(followed=True),
    Relationship(follows=True, followed=True),
)
ACCOUNTS = tuple(Account(*facts) for facts in itertools.product((False, True), repeat=3))


def expected(audience: str, account: Account, relationship: Relationship) -> str | None:
    """The rules, said a second time."""
    if account.gone:
        return "video-not-found"
    if audience == "private":
        return "video-private"
    if account.private and not relationship.follows:
        return "account-private"
    if account.friends_only and not (relationship.follows and relationship.followed):
        return "account-for-friends"
    if audience == "friends" and not (relationship.follows and relationship.followed):
        return "video-for-friends"
    return None


@pytest.mark.parametrize(
    ("audience", "account", "relationship"), [*itertools.product(Audience, ACCOUNTS, OUT_AND_BACK)]
)
def test_an_audience_an_account_and_a_relationship_have_one_answer(
    audience: str, account: Account, relationship: Relationship
) -> None:
    refused = audiences.refusal(audience, account, relationship)
    assert (refused.type if refused else None) == expected(audience, account, relationship)
