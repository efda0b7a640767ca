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
    return [video.video_id for video in drive.client(name).feed.following(limit=50).items]


@pytest.fixture(scope="module")
def strangers(drive: Driver) -> Iterator[tuple[str, str]]:
    """The ids of ann and bob, between whom there is nothing before and after these tests."""
    ann, bob = user_id(drive, "ann"), user_id(drive, "bob")
    yield ann, bob
    drive.client("ann").social.unblock(bob)
    drive.client("ann").social.unfollow(bob)
    drive.client("bob").social.unfollow(ann)


@pytest.fixture(scope="module")
def clip(drive: Driver, strangers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Video:
    """A video that ann publishes while bob follows her."""
    drive.client("bob").social.follow(strangers[0])
    made = draw(Path(tmp_path_factory.mktemp("social")) / "followed.mp4")
    video = drive.produce(made)
    assert video.state == "published"
    return video


def test_a_follow_is_counted_and_brings_what_was_published_before(
    drive: Driver, sample: Video, strangers: tuple[str, str]
) -> None:
    ann, bob = strangers
    drive.client("bob").social.follow(ann)
    drive.client("bob").social.follow(ann)
    found = eventually(lambda: drive.client("bob").social.relationship(ann), lambda found: found.followers == 1)
    assert (found.state, found.followers) == ("following", 1)
    assert [one.user_id for one in drive.client("mia").social.followers(ann).items] == [bob]
    assert sample.video_id in eventually(lambda: timeline(drive, "bob"), lambda seen: sample.video_id in seen)
    drive.client("bob").social.unfollow(ann)
    assert timeline(drive, "bob") == []
    gone = eventually(lambda: drive.client("bob").social.relationship(ann), lambda found: found.followers == 0)
    assert gone.followers == 0


def test_what_is_published_comes_into_timelines(drive: Driver, clip: Video) -> None:
    assert clip.video_id in eventually(lambda: timeline(drive, "bob"), lambda seen: clip.video_id in seen)


def test_a_video_for_friends_is_refused_at_the_edge_too_until_its_owner_follows_back(
    drive: Driver, clip: Video, strangers: tuple[str, str]
) -> None:
    ann, bob = strangers[0], drive.client("bob")
    held = bob.videos.playback(clip.video_id).master_url
    assert httpx.get(held).status_code == 200
    drive.client("ann").videos.edit(clip.video_id, visibility="friends")
    # The cached facts of a video are forgotten by its stream, a moment later; its item is asked by these two at once.
    for path in (bob.videos.get, bob.videos.playback):
        with pytest.raises(NotAllowed) as refused:
            path(clip.video_id)
        assert refused.value.type == "video-for-friends"
    assert clip.video_id not in timeline(drive, "bob")
    assert eventually(lambda: httpx.get(held).status_code, lambda status: status == 403) == 403
    drive.client("ann").social.follow(strangers[1])
    assert clip.video_id in timeline(drive, "bob")
    assert bob.videos.of_user(ann).items[0].video_id == clip.video_id
    # A token issued in the second of the denial is refused with the old ones.
    fresh = eventually(lambda: httpx.get(bob.videos.playback(clip.video_id).master_url).status_code, lambda s: s == 200)
    assert fresh == 200


def test_a_block_holds_on_every_path_with_the_next_request(
    drive: Driver, clip: Video, strangers: tuple[str, str]
) -> None:
    ann, bob = strangers
    drive.client("ann").videos.edit(clip.video_id, visibility="public")
    drive.client("ann").social.block(bob)
    client = drive.client("bob")
    paths = {
        "video": lambda: client.videos.get(clip.video_id),
        "playback": lambda: client.videos.playback(clip.video_id),
        "likes": lambda: client.interactions.likes(clip.video_id),
        "like": lambda: client.interactions.like(clip.video_id),
        "profile": lambda: client.social.relationship(ann),
        "followers": lambda: client.social.followers(ann),
        "videos": lambda: client.videos.of_user(ann),
        "follow": lambda: client.social.follow(ann),
    }
    for name, path in paths.items():
        with pytest.raises(NotFound):
            path()
        assert name
    assert timeline(drive, "bob") == []
    assert clip.video_id not in {video.video_id for video in client.feed.published(limit=50).items}
    with pytest.raises(NotFound):
        drive.client("ann").social.follow(bob)
    assert [one.user_id for one in drive.client("ann").social.blocks().items] == [bob]
    drive.client("ann").social.unblock(bob)
    assert client.social.relationship(ann).state is None, "an ended follow does not come back"
