"""The rules of who may see whose videos: every combination."""

import itertools

import pytest

from reelstack.social.relationships import Tie
from reelstack.videos import audiences
from reelstack.videos.audiences import Account, Audience

OUT_AND_BACK = (Tie(), Tie(follows=True), Tie(followed=True), Tie(follows=True, followed=True))
ACCOUNTS = tuple(Account(*facts) for facts in itertools.product((False, True), repeat=3))


def expected(audience: str, account: Account, tie: Tie) -> str | None:
    """The rules, said a second time."""
    if account.gone:
        return "video-not-found"
    if audience == "private":
        return "video-private"
    if account.private and not tie.follows:
        return "account-private"
    if account.friends_only and not (tie.follows and tie.followed):
        return "account-for-friends"
    if audience == "friends" and not (tie.follows and tie.followed):
        return "video-for-friends"
    return None


@pytest.mark.parametrize(("audience", "account", "tie"), [*itertools.product(Audience, ACCOUNTS, OUT_AND_BACK)])
def test_an_audience_an_account_and_a_relationship_have_one_answer(audience: str, account: Account, tie: Tie) -> None:
    refused = audiences.refusal(audience, account, tie)
    assert (refused.type if refused else None) == expected(audience, account, tie)
