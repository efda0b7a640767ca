"""Recounting proves that a counter is exact, and takes back only what is surely wrong."""

import time

import pytest

from reelstack.accounts import users
from reelstack.accounts.errors import UserNotFound
from reelstack.counters import counters
from reelstack.interactions import bookmarks, comment_likes, comments, shares
from reelstack.interactions.errors import CommentNotFound
from reelstack.operations import recounts
from reelstack.operations.recounts import Outcome
from reelstack.platform.config import Config
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Comment, Like
from reelstack.tables.social import Follow
from reelstack.tables.videos import Video


@pytest.fixture
def video(aws: Config) -> str:
    """With twenty likes, nine bookmarks, eight shares, three comments of which one is deleted, and two replies."""
    Video("v", owner_id="ann", title="t", state="published", upload_id="u", created_at=1).save()
    for number in range(20):
        Like(f"u{number}", "v", liked_at=number, shard=f"v#{number % 8}").save()
    for number in range(9):
        bookmarks.save(f"u{number}", "v")
    for number in range(8):
        shares.share(f"u{number % 5}", "v", [*shares.Channel][number // 5])
    for thread, comment_id, state in (
        ("v#1", "a", "visible"),
        ("v#2", "b", "visible"),
        ("v#2", "c", "deleted"),
        ("v/a", "a.1", "visible"),
        ("v/c", "c.1", "visible"),
    ):
        Comment(thread, comment_id, video_id="v", author_id="bob", state=state, text="x", created_at=1).save()
    return "v"


def rest(seconds: int = 120, key: str = "v") -> None:
    found = Counter.get(key)
    found.update([Counter.drift.set({**found.drift, "since": int(time.time()) - seconds})])


def test_a_counter_that_is_right_is_proven_exact(video: str) -> None:
    Counter("v", likes=12, comments=4, shares=8, bookmarks=9, parts=2).save()
    Counter("v#1", likes=8, open=True).save()
    found = recounts.of_video(video)
    there = {"likes": 20, "comments": 4, "shares": 8, "bookmarks": 9}
    assert (found.state, found.counted, found.kept) == (Outcome.EXACT, there, there)


@pytest.mark.parametrize("kind", ["shares", "bookmarks"])
def test_every_count_of_a_video_can_be_repaired(video: str, kind: str) -> None:
    kept = {"likes": 20, "comments": 4, "shares": 8, "bookmarks": 9}
    Counter("v", **kept, writes=1).save()
    Counter("v").update([getattr(Counter, kind).add(-3)])
    assert recounts.of_video(video, repair=True).state is Outcome.DRIFTED
    rest()
    assert recounts.of_video(video, repair=True).state is Outcome.REPAIRED
    assert counters.load(["v"])["v"].model_dump(include=set(kept)) == kept


def test_what_is_counted_of_a_comment_is_counted_again(video: str) -> None:
    first = comments.write("v", "bob", "Nice")
    for number in range(3):
        comments.write("v", f"u{number}", "Indeed", first.comment_id)
    for number in range(20):
        comment_likes.like(f"u{number}", "v", first.comment_id)
    comment_likes.unlike("u7", "v", first.comment_id)
    key = f"v/{first.comment_id}"
    Counter(key, likes=19, replies=3).save()
    found = recounts.of_comment("v", first.comment_id)
    assert (found.state, found.counted) == (Outcome.EXACT, {"likes": 19, "replies": 3})
    Counter(key).update([Counter.likes.add(1), Counter.replies.add(-1)])
    recounts.of_comment("v", first.comment_id)
    rest(key=key)
    assert recounts.of_comment("v", first.comment_id, repair=True).state is Outcome.REPAIRED
    assert recounts.of_comment("v", first.comment_id).state is Outcome.EXACT
    with pytest.raises(CommentNotFound):
        recounts.of_comment("v", "1795420860000-000000000000")


def test_a_video_nobody_did_anything_with_is_exact(aws: Config) -> None:
    Video("v", owner_id="ann", title="t", state="published", upload_id="u", created_at=1).save()
    assert recounts.of_video("v", repair=True).state is Outcome.EXACT


def test_a_drift_is_repaired_only_after_it_stayed_the_same_for_a_minute(video: str) -> None:
    Counter("v", likes=23, comments=4, shares=8, bookmarks=9, writes=7, parts=2).save()
    Counter("v#1", likes=-1, open=True).save()
    first = recounts.of_video(video, repair=True)
    assert (first.state, first.kept["likes"]) == (Outcome.DRIFTED, 22)
    rest()
    assert recounts.of_video(video).state is Outcome.DRIFTED, "nobody asked to repair it"
    assert recounts.of_video(video, repair=True).state is Outcome.REPAIRED
    assert counters.load(["v"])["v"].likes == 20
    assert recounts.of_video(video).state is Outcome.EXACT
    assert Counter.get("v").drift is None


def test_a_drift_that_moves_is_not_repaired(video: str) -> None:
    Counter("v", likes=23, comments=4).save()
    recounts.of_video(video)
    rest()
    Counter("v").update([Counter.likes.add(-1)])
    assert recounts.of_video(video, repair=True).state is Outcome.DRIFTED
    assert counters.load(["v"])["v"].likes == 22


def test_too_many_to_count_in_time_is_said(video: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounts, "PATIENCE_SECONDS", -1)
    with pytest.raises(recounts.TooManyToCount):
        recounts.of_video(video)


def test_followers_and_those_followed_are_counted_without_requests(aws: Config) -> None:
    for name in ("ann", "bob", "cid", *(f"u{number}" for number in range(12))):
        users.find_or_create(name)
    for number in range(12):
        follower = f"u{number}"
        Follow(follower, "ann", state="following", since=1, shard=f"following#ann#{number % 8}").save()
    Follow("cid", "ann", state="requested", since=1, shard="requested#ann#0").save()
    Follow("ann", "bob", state="following", since=1, shard="following#bob#0").save()
    Follow("ann", "cid", state="requested", since=1, shard="requested#cid#0").save()
    Counter("user/ann", followers=12, following=2).save()
    found = recounts.of_user("ann")
    assert (found.state, found.counted) == (Outcome.DRIFTED, {"followers": 12, "following": 1, "requested": 1})
    rest(key="user/ann")
    assert recounts.of_user("ann", repair=True).state is Outcome.REPAIRED
    assert recounts.of_user("ann").state is Outcome.EXACT


def test_nobody_is_not_counted(aws: Config) -> None:
    with pytest.raises(UserNotFound):
        recounts.of_user("nobody")
