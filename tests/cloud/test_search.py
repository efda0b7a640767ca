"""Search on the running system: what is published is found within seconds, what is taken away at once."""

from pathlib import Path

import pytest

from reelstack_client import Client, Video
from reelstack_client.search import KINDS
from tests.cloud.driver import Driver, draw, eventually
from tests.cloud.test_social import user_id

pytestmark = pytest.mark.cloud


def found(client: Client, words: str) -> list[str]:
    return [video.video_id for video in client.search.videos(words).items]


@pytest.fixture(scope="module")
def clip(drive: Driver, tmp_path_factory: pytest.TempPathFactory) -> Video:
    made = draw(Path(tmp_path_factory.mktemp("search")) / "searched.mp4")
    video = drive.produce(made, title="Zebra crossing", tags=["#Stripes"])
    assert video.state == "published"
    return video


def test_a_clip_is_found_by_words_and_tag_within_seconds_of_its_publication(drive: Driver, clip: Video) -> None:
    bob = drive.client("bob")
    assert eventually(lambda: found(bob, "zebra"), lambda ids: ids == [clip.video_id]) == [clip.video_id]
    assert [video.video_id for video in bob.search.videos(tag="stripes").items] == [clip.video_id]


def test_the_sample_that_was_there_before_the_engine_started_is_found(drive: Driver, sample: Video) -> None:
    bob = drive.client("bob")
    assert sample.video_id in eventually(lambda: found(bob, "bunny"), lambda ids: sample.video_id in ids)


def test_who_is_blocked_finds_neither_clip_nor_person(drive: Driver, clip: Video) -> None:
    ann, bob = drive.client("ann"), drive.client("bob")
    ann.accounts.edit(display_name="Annabel Zebrano")
    mine = user_id(drive, "ann")

    def people() -> list[str]:
        return [one.user_id for one in bob.search.users("zebr").items]

    assert eventually(people, lambda ids: mine in ids) == [mine]
    ann.social.block(user_id(drive, "bob"))
    try:
        assert found(bob, "zebra") == people() == []
    finally:
        ann.social.unblock(user_id(drive, "bob"))
    assert found(bob, "zebra") == [clip.video_id]


def test_a_rebuild_finds_the_same(drive: Driver, clip: Video) -> None:
    pages = [page for kind in KINDS for page in drive.client("ada").search.reindex(kind)]
    assert [page.failed for page in pages] == [0] * len(pages)
    assert found(drive.client("bob"), "zebra") == [clip.video_id]


def test_what_is_made_private_or_deleted_is_not_found_by_the_next_search(drive: Driver, clip: Video) -> None:
    ann, bob = drive.client("ann"), drive.client("bob")
    ann.videos.edit(clip.video_id, visibility="private")
    assert found(bob, "zebra") == []
    ann.videos.edit(clip.video_id, visibility="public")
    assert eventually(lambda: found(bob, "zebra"), lambda ids: ids == [clip.video_id]) == [clip.video_id]
    ann.videos.delete(clip.video_id)
    assert found(bob, "zebra") == found(ann, "zebra") == []
