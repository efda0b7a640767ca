"""What the cache has of a viewer's likes, bookmarks and follows equals the tables, whatever was done in between."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkey import Valkey

from reelstack.errors import ReelstackError
from reelstack.interactions import bookmarks, likes
from reelstack.platform import cache, kept_ids
from reelstack.platform.config import Config
from reelstack.social import blocks, follows, relationships
from reelstack.tables.accounts import User
from reelstack.tables.social import Follow
from reelstack.tables.videos import Video

OWNERS = {"v0": "open0", "v1": "open1", "v2": "closed"}
Act = Callable[[str, str], object]
ACTS: dict[str, Act] = {
    "like": likes.like,
    "unlike": likes.unlike,
    "keep": bookmarks.save,
    "let go": bookmarks.remove,
    "follow": lambda viewer, video: follows.follow(viewer, OWNERS[video]),
    "unfollow": lambda viewer, video: follows.unfollow(viewer, OWNERS[video]),
    "accept": lambda viewer, video: follows.accept(OWNERS[video], viewer),
    "decline": lambda viewer, video: follows.decline(OWNERS[video], viewer),
    "be let go": lambda viewer, video: follows.unfollow(viewer, OWNERS[video]),
    "block": lambda viewer, video: blocks.block(viewer, OWNERS[video]),
    "be blocked": lambda viewer, video: blocks.block(OWNERS[video], viewer),
    "unblock": lambda viewer, video: blocks.unblock(viewer, OWNERS[video]),
}
SETTLE = "half a minute passes"
number = count()


@pytest.fixture
def people(aws: Config, cached: Valkey) -> Valkey:
    for video_id, owner in OWNERS.items():
        User(owner, created_at=1, private=owner == "closed").save()
        Video(video_id, owner_id=owner, title="t", state="published", upload_id="u", created_at=1).save()
    return cached


def settle(valkey: Valkey) -> None:
    """As when cache.CHANGING_SECONDS have passed."""
    for key in valkey.scan_iter("rs:*", _type="STRING"):
        if valkey.get(key) in (cache.CHANGING, cache.CHANGING.encode()):
            valkey.delete(key)


def check(viewer: str) -> None:
    videos, owners = list(OWNERS), set(OWNERS.values())
    assert likes.liked_among(viewer, videos) == likes.liked_of(viewer, videos)
    assert bookmarks.saved_among(viewer, videos) == bookmarks.saved_of(viewer, videos)
    assert relationships.followed_among(viewer, owners) == relationships.followed(viewer, owners)


@pytest.mark.engines
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from([*ACTS, SETTLE, SETTLE]), st.sampled_from(sorted(OWNERS))), max_size=10)
)
def test_cached_marks_equal_those_of_the_tables_after_any_acts(people: Valkey, steps: list[tuple[str, str]]) -> None:
    viewer = f"viewer{next(number)}"
    check(viewer)
    for act, video_id in steps:
        if act == SETTLE:
            settle(people)
        else:
            with suppress(ReelstackError):
                ACTS[act](viewer, video_id)
        check(viewer)


def test_what_is_kept_is_not_read_again(people: Valkey) -> None:
    likes.like("bob", "v0")
    settle(people)
    assert likes.liked_among("bob", ["v0", "v1"]) == {"v0"}
    assert kept_ids.among(likes.cached_as("bob"), ["v0", "v1"], _unread, _unread) == {"v0"}


def test_of_a_long_list_each_item_is_asked_for(people: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_ids, "MOST", 1)
    for video_id in ("v0", "v1"):
        likes.like("bob", video_id)
    settle(people)
    for _ in range(2):
        assert likes.liked_among("bob", ["v0", "v2"]) == {"v0"}


def test_a_request_that_is_accepted_by_somebody_who_tells_no_cache_is_a_follow_at_once(people: Valkey) -> None:
    follows.follow("bob", "closed")
    settle(people)
    assert relationships.followed_among("bob", {"closed"}) == set()
    Follow("bob", "closed").update([Follow.state.set("following")])
    assert relationships.followed_among("bob", {"closed"}) == {"closed"}


def _unread(*_: object) -> Any:
    raise AssertionError("a table was asked")
