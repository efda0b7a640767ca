"""Follows, timelines, blocks and audiences on the running system: streams, grants and the edge are real here."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reelstack_client import NotAllowed, NotFound, Video
from tests.cloud.driver import Driver, draw, eventually

pytestmark = pytest.mark.cloud


def user_id(drive: Driver, name: str) -> str:
    payload = drive.token(name).split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


def timeline(drive: Driver, name: str) -> list[str]:
    return [video.video_id for video in drive.client(name).following_feed(limit=50).items]


@pytest.fixture(scope="module")
def strangers(drive: Driver) -> Iterator[tuple[str, str]]:
    """The ids of ann and bob, between whom there is nothing before and after these tests."""
    ann, bob = user_id(drive, "ann"), user_id(drive, "bob")
    yield ann, bob
    drive.client("ann").ties.unblock(bob)
    drive.client("ann").ties.unfollow(bob)
    drive.client("bob").ties.unfollow(ann)


@pytest.fixture(scope="module")
def clip(drive: Driver, strangers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Video:
    """A video that ann publishes while bob follows her."""
    drive.client("bob").ties.follow(strangers[0])
    made = draw(Path(tmp_path_factory.mktemp("ties")) / "followed.mp4")
    video = drive.produce(made)
    assert video.state == "published"
    return video


def test_a_follow_is_counted_and_brings_what_was_published_before(
    drive: Driver, sample: Video, strangers: tuple[str, str]
) -> None:
    ann, bob = strangers
    drive.client("bob").ties.follow(ann)
    drive.client("bob").ties.follow(ann)
    tie = eventually(lambda: drive.client("bob").ties.with_user(ann), lambda tie: tie.followers == 1)
    assert (tie.state, tie.followers) == ("following", 1)
    assert [one.user_id for one in drive.client("mia").ties.followers(ann).items] == [bob]
    assert sample.video_id in eventually(lambda: timeline(drive, "bob"), lambda seen: sample.video_id in seen)
    drive.client("bob").ties.unfollow(ann)
    assert timeline(drive, "bob") == []
    gone = eventually(lambda: drive.client("bob").ties.with_user(ann), lambda tie: tie.followers == 0)
    assert gone.followers == 0


def test_what_is_published_comes_into_timelines(drive: Driver, clip: Video) -> None:
    assert clip.video_id in eventually(lambda: timeline(drive, "bob"), lambda seen: clip.video_id in seen)


def test_a_video_for_friends_is_refused_at_the_edge_too_until_its_owner_follows_back(
    drive: Driver, clip: Video, strangers: tuple[str, str]
) -> None:
    ann, bob = strangers[0], drive.client("bob")
    held = bob.playback(clip.video_id).master_url
    assert httpx.get(held).status_code == 200
    drive.client("ann").edit(clip.video_id, visibility="friends")
    # The cached facts of a video are forgotten by its stream, a moment later; its item is asked by these two at once.
    for path in (bob.video, bob.playback):
        with pytest.raises(NotAllowed) as refused:
            path(clip.video_id)
        assert refused.value.type == "video-for-friends"
    assert clip.video_id not in timeline(drive, "bob")
    assert eventually(lambda: httpx.get(held).status_code, lambda status: status == 403) == 403
    drive.client("ann").ties.follow(strangers[1])
    assert clip.video_id in timeline(drive, "bob")
    assert bob.videos_of(ann).items[0].video_id == clip.video_id
    # A token issued in the second of the denial is refused with the old ones.
    fresh = eventually(lambda: httpx.get(bob.playback(clip.video_id).master_url).status_code, lambda s: s == 200)
    assert fresh == 200


def test_a_block_holds_on_every_path_with_the_next_request(
    drive: Driver, clip: Video, strangers: tuple[str, str]
) -> None:
    ann, bob = strangers
    drive.client("ann").edit(clip.video_id, visibility="public")
    drive.client("ann").ties.block(bob)
    client = drive.client("bob")
    paths = {
        "video": lambda: client.video(clip.video_id),
        "playback": lambda: client.playback(clip.video_id),
        "likes": lambda: client.likes(clip.video_id),
        "like": lambda: client.like(clip.video_id),
        "profile": lambda: client.ties.with_user(ann),
        "followers": lambda: client.ties.followers(ann),
        "videos": lambda: client.videos_of(ann),
        "follow": lambda: client.ties.follow(ann),
    }
    for name, path in paths.items():
        with pytest.raises(NotFound):
            path()
        assert name
    assert timeline(drive, "bob") == []
    assert clip.video_id not in {video.video_id for video in client.feed(limit=50).items}
    with pytest.raises(NotFound):
        drive.client("ann").ties.follow(bob)
    assert [one.user_id for one in drive.client("ann").ties.blocks().items] == [bob]
    drive.client("ann").ties.unblock(bob)
    assert client.ties.with_user(ann).state is None, "an ended follow does not come back"
