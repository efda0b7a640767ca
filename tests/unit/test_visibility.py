"""Who may see whose videos: every combination, one by one and a page at once."""

import itertools

import pytest

from reelstack import blocks, visibility
from reelstack.config import Config
from reelstack.errors import ReelstackError
from reelstack.tables.ties import Follow
from reelstack.tables.users import User
from reelstack.tables.videos import Video
from reelstack.ties import Tie
from reelstack.visibility import Account, Audience

OWNERS = ("dan", "fan", "pal", "bad", "ask", "vic", "shy", "shut", "own", "out", "off")
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
def test_an_audience_an_account_and_a_tie_have_one_answer(audience: str, account: Account, tie: Tie) -> None:
    refused = visibility.refusal(audience, account, tie)
    assert (refused.type if refused else None) == expected(audience, account, tie)


def video(owner: str, audience: str) -> Video:
    return Video(f"{owner}-{audience}", owner_id=owner, visibility=audience, title="t", upload_id="u", created_at=1)


@pytest.fixture
def world(aws: Config) -> list[Video]:
    """dan: a stranger; fan: followed by vic; pal: mutual; bad: blocked vic; ask: vic asked to follow; shy: private and
    followed; shut: private; own: for friends only; out: suspended; off: deleted."""
    User("shy", created_at=1, private=True).save()
    User("shut", created_at=1, private=True).save()
    User("own", created_at=1, friends_only=True).save()
    User("out", created_at=1, suspended_at=1).save()
    User("off", created_at=1, deleted_at=1).save()
    pairs = [("vic", "fan", "following"), ("vic", "pal", "following"), ("pal", "vic", "following")]
    pairs += [("vic", "shy", "following"), ("vic", "own", "following"), ("vic", "out", "following")]
    for follower, followee, state in [*pairs, ("vic", "ask", "requested"), ("ask", "vic", "following")]:
        Follow(follower, followee, state=state, since=1, shelf="-").save()
    blocks.block("bad", "vic")
    return [video(owner, audience) for owner in OWNERS for audience in Audience]


def test_one_by_one_and_a_page_at_once_are_the_same_answer(world: list[Video]) -> None:
    def seen(one: Video) -> bool:
        try:
            visibility.check(one.owner_id, one.visibility, "vic")
        except ReelstackError:
            return False
        return True

    page = [one.video_id for one in visibility.only_visible(world, "vic")]
    assert page == [one.video_id for one in world if seen(one)]
    open_ones = [
        f"{owner}-{audience}" for owner in ("dan", "fan", "pal", "ask", "shy") for audience in ("public", "unlisted")
    ]
    assert set(page) == {*open_ones, "pal-friends", *(f"vic-{audience}" for audience in Audience)}


def test_a_request_to_follow_makes_nobody_a_friend(world: list[Video]) -> None:
    with pytest.raises(ReelstackError) as refused:
        visibility.check("ask", "friends", "vic")
    assert refused.value.type == "video-for-friends"


def test_across_a_block_nothing_is_there(world: list[Video]) -> None:
    for audience in Audience:
        with pytest.raises(ReelstackError) as refused:
            visibility.check("bad", audience, "vic")
        assert refused.value.type == "video-not-found"
