"""Timelines: whatever happens in whatever order, they show what merging everybody one follows would show."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack.accounts import users
from reelstack.counters import counters
from reelstack.feed import timelines
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import blocks, follows
from reelstack.tables.accounts import User
from reelstack.tables.feed import LargeAccount, TimelineEntry
from reelstack.tables.model import guarded
from reelstack.tables.social import Follow
from reelstack.tables.videos import Video
from reelstack.videos import listings, videos

NOW = int(time.time() * 1000)
DAY = 24 * 3600 * 1000


def publish(owner: str, video_id: str, at: int = 0, **more: Any) -> None:
    fields = {"title": "t", "state": "published", "upload_id": "u", "created_at": 1, **more}
    Video(video_id, owner_id=owner, published_at=NOW + at, **fields).save()


def timeline(viewer: str, limit: int = 2) -> list[str]:
    """Every page of it."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = timelines.read(viewer, limit, cursor)
        seen += [video.video_id for video in page]
        if cursor is None:
            return seen


@pytest.fixture
def small(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account is large with two followers; counts are told by the test, not by a stream."""
    monkeypatch.setenv(PREFIX + "TIMELINE_LARGE_FOLLOWERS", "2")
    config.cache_clear()
    for user_id in ("ann", "bob", "cid", "star"):
        users.find_or_create(user_id)


def count_followers(user_id: str) -> None:
    held = {"followers": len(list(follows.all_followers(user_id)))}
    counters.Counter(f"user/{user_id}", **held).save()


def test_an_ordinary_accounts_video_is_written_into_timelines_and_a_large_ones_is_not(small: None) -> None:
    for viewer in ("bob", "cid"):
        follows.follow(viewer, "star")
    follows.follow("bob", "ann")
    count_followers("star")
    publish("ann", "a1")
    publish("star", "s1", 1)
    assert [timelines.fan_out("a1"), timelines.fan_out("s1")] == [1, 2]
    assert [entry.place[:2] for entry in TimelineEntry.query("bob")] == ["a#", "v#"]
    publish("star", "s2", 2)
    assert timelines.fan_out("s2") == 0, "once the pointers are there, a large account's publication writes nothing"
    assert timeline("bob") == ["s2", "s1", "a1"]
    assert timeline("cid") == ["s2", "s1"]


def test_each_request_for_a_timeline_has_the_answers_deadline(small: None) -> None:
    """Also those for large accounts, which are asked for beside one another."""
    seen: list[bool] = []

    class Guard:
        seconds = 5.0

        def allows(self) -> bool:
            seen.append(True)
            return True

        def ended(self, *, answered: bool) -> None:
            assert answered

    follows.follow("bob", "star")
    follows.follow("cid", "star")
    count_followers("star")
    publish("star", "s1")
    timelines.fan_out("s1")
    with guarded(Guard()):
        assert timelines.newest("bob", 5) == ["s1"]
    assert len(seen) == 3, "its entries, its pointers, and what the large account published"


def test_pointers_that_were_not_all_written_are_written_when_the_event_comes_again(small: None) -> None:
    for viewer in ("bob", "cid"):
        follows.follow(viewer, "star")
    publish("star", "s1")
    LargeAccount("star", since=1, pointed=False).save()
    assert timelines.fan_out("s1") == 2
    assert [timeline(viewer) for viewer in ("bob", "cid")] == [["s1"], ["s1"]]


def test_a_new_follower_finds_what_was_published_before(small: None) -> None:
    publish("ann", "a1")
    LargeAccount("star", since=1, pointed=True).save()
    publish("star", "s1", 1)
    for followee in ("ann", "star"):
        follows.follow("bob", followee)
        timelines.mend("bob", followee)
    assert timeline("bob") == ["s1", "a1"]
    for followee in ("ann", "star"):
        follows.unfollow("bob", followee)
        assert followee[0] not in "".join(timeline("bob")), "gone with the next request"
        timelines.mend("bob", followee)
    assert list(TimelineEntry.query("bob")) == []


def test_timelines_are_mended_for_many_pairs_at_once(small: None) -> None:
    """Of one shard of follows ten batches are taken at the same time, each pair in one of them."""
    LargeAccount("star", since=1, pointed=True).save()
    viewers, owners = [f"viewer{n}" for n in range(6)], ["star", "ann", "bob", "cid"]
    for number, owner in enumerate(owners):
        publish(owner, f"{owner}1", number)
    pairs = [(viewer, owner) for viewer in viewers for owner in owners]
    with ThreadPoolExecutor(10) as pool:
        for change in (follows.follow, follows.unfollow, follows.follow):
            for pair in pairs:
                change(*pair)
            list(pool.map(lambda pair: timelines.mend(*pair), pairs))
            expected = [] if change is follows.unfollow else ["cid1", "bob1", "ann1", "star1"]
            assert [timeline(viewer) for viewer in viewers] == [expected] * len(viewers)


def test_what_is_older_than_the_timeline_goes_back_is_not_in_it(small: None) -> None:
    publish("ann", "old", -31 * DAY)
    publish("ann", "new", -29 * DAY)
    follows.follow("bob", "ann")
    timelines.mend("bob", "ann")
    assert timelines.fan_out("old") == 0
    assert timeline("bob") == ["new"]
    (entry,) = TimelineEntry.query("bob")
    assert int(entry.expires_at) == pytest.approx((NOW + DAY) / 1000, abs=2)


def test_a_timeline_keeps_its_newest(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "TIMELINE_ENTRIES", "3")
    monkeypatch.setattr(timelines, "TRIMMED_ONE_IN", 1)
    config.cache_clear()
    follows.follow("bob", "ann")
    for n in range(5):
        publish("ann", f"v{n}", n)
        timelines.fan_out(f"v{n}")
    assert timeline("bob") == ["v4", "v3", "v2"]
    assert timelines.trim("bob") == 0


def test_a_large_accounts_older_videos_are_found_behind_the_cached_ones(
    small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelines, "RECENT", 3)
    for n in range(8):
        publish("star", f"v{n}", n)
    LargeAccount("star", since=1, pointed=True).save()
    follows.follow("bob", "star")
    timelines.mend("bob", "star")
    assert timeline("bob") == [f"v{n}" for n in range(7, -1, -1)]


# --- any interleaving ------------------------------------------------------------------------------------------------

PEOPLE = ("ann", "bob", "star")
VIEWERS = ("vic", "wim")
ACTS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(PEOPLE), st.sampled_from(("public", "friends", "unlisted"))),
    st.tuples(st.just("follow"), st.sampled_from(VIEWERS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("follow back"), st.sampled_from(VIEWERS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("unfollow"), st.sampled_from(VIEWERS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("block"), st.sampled_from(VIEWERS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("unblock"), st.sampled_from(VIEWERS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("delete"), st.integers(0, 9), st.none()),
    st.tuples(st.just("change"), st.integers(0, 9), st.sampled_from(("public", "friends", "private"))),
    st.tuples(st.just("suspend"), st.sampled_from(PEOPLE), st.booleans()),
    st.tuples(st.just("deliver"), st.integers(0, 9), st.booleans()),
)


class World:
    """What people do, and what follows of it: later, twice, in another order than it happened."""

    def __init__(self) -> None:
        for model in (Video, Follow, TimelineEntry, LargeAccount, User, counters.Counter, blocks.Block):
            with model.batch_write() as batch:
                for item in model.scan():
                    batch.delete(item)
        for user_id in (*PEOPLE, *VIEWERS):
            users.find_or_create(user_id)
        self.published: list[str] = []
        self.due: list[tuple[str, ...]] = []

    def act(self, name: str, one: Any, other: Any) -> None:
        if name == "publish":
            self.published.append(f"{one}{len(self.published)}")
            publish(one, self.published[-1], len(self.published) // 2, visibility=other)
            self.due.append((self.published[-1],))
        elif name in ("follow", "follow back", "unfollow", "block", "unblock"):
            self._relate(name, one, other)
        elif name in ("delete", "change") and one < len(self.published):
            action = Video.state.set("deleted") if name == "delete" else Video.visibility.set(other)
            Video(self.published[one]).update([action])
        elif name == "suspend":
            User(one, created_at=1, suspended_at=1 if other else None).save()
        elif name == "deliver" and one < len(self.due):
            self._deliver(self.due[one] if other else self.due.pop(one))

    def _relate(self, name: str, viewer: str, owner: str) -> None:
        if name in ("block", "unblock"):
            getattr(blocks, name)(viewer, owner)
        elif name == "unfollow":
            follows.unfollow(viewer, owner)
        else:
            pair = (owner, viewer) if name == "follow back" else (viewer, owner)
            try:
                follows.follow(*pair)
            except follows.UserNotFound:
                return
        self.due.append((viewer, owner))
        count_followers(owner)

    def _deliver(self, what: tuple[str, ...]) -> None:
        if len(what) == 1:
            timelines.fan_out(*what)
        else:
            timelines.mend(*what)

    def settle(self) -> None:
        while self.due:
            self._deliver(self.due.pop())

    def naive(self, viewer: str) -> list[str]:
        """Everything of everybody, asked one by one."""
        found = listings.listed([(0, video_id) for video_id in self.published], viewer)
        mine = [video for video in found if follows.state(viewer, video.owner_id) == "following"]
        return [video.video_id for video in sorted(mine, key=videos.position, reverse=True)]


@pytest.mark.engines
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, max_size=30))
def test_a_timeline_is_the_naive_merge_after_any_interleaving_and_never_more_than_it(
    small: None, acts: list[tuple[str, Any, Any]]
) -> None:
    world = World()
    for act in acts:
        world.act(*act)
    for viewer in VIEWERS:
        shown, wanted = timeline(viewer), world.naive(viewer)
        assert shown == [video_id for video_id in wanted if video_id in shown], "nothing forbidden, nothing twice"
    world.settle()
    for viewer in VIEWERS:
        assert timeline(viewer) == world.naive(viewer)
