"""Who may see whose videos, one by one and a page at once."""

import pytest

from reelstack.errors import ReelstackError
from reelstack.platform.config import Config
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.social import Follow
from reelstack.tables.videos import Video
from reelstack.videos import access
from reelstack.videos.audiences import Audience
from reelstack.videos.videos import State

OWNERS = ("dan", "fan", "pal", "bad", "ask", "vic", "shy", "shut", "own", "out", "off")


def video(owner: str, audience: str) -> Video:
    told = {"visibility": audience, "state": State.PUBLISHED, "title": "t", "upload_id": "u", "created_at": 1}
    return Video(f"{owner}-{audience}", owner_id=owner, **told)


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
        Follow(follower, followee, state=state, since=1, shard="-").save()
    blocks.block("bad", "vic")
    made = [video(owner, audience) for owner in OWNERS for audience in Audience]
    for one in made:
        one.save()
    return made


def test_one_by_one_and_a_page_at_once_are_the_same_answer(world: list[Video]) -> None:
    page = [one.video_id for one in access.filter_visible(world, "vic")]
    assert page == [one.video_id for one in world if access.can_view(one.video_id, "vic")]
    open_ones = [
        f"{owner}-{audience}" for owner in ("dan", "fan", "pal", "ask", "shy") for audience in ("public", "unlisted")
    ]
    assert set(page) == {*open_ones, "pal-friends", *(f"vic-{audience}" for audience in Audience)}


def test_a_request_to_follow_makes_nobody_a_friend(world: list[Video]) -> None:
    with pytest.raises(ReelstackError) as refused:
        access.check_can_view("ask-friends", "vic")
    assert refused.value.type == "video-for-friends"


def test_across_a_block_nothing_is_there(world: list[Video]) -> None:
    for audience in Audience:
        with pytest.raises(ReelstackError) as refused:
            access.check_can_view(f"bad-{audience}", "vic")
        assert refused.value.type == "video-not-found"
