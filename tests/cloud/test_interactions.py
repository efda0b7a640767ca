"""What people say about a clip, through everything that is deployed: edge, gateway, services, streams, counters."""

import uuid

import pytest

from reelstack_client import Video
from tests.cloud.driver import Driver, eventually

pytestmark = pytest.mark.cloud


def test_comments_bookmarks_and_shares_are_counted_and_a_recount_agrees(drive: Driver, sample: Video) -> None:
    bob, ann, video_id = drive.client("bob"), drive.client("ann"), sample.video_id
    before = ann.videos.get(video_id)
    first = bob.interactions.comment(video_id, f"Nice, @ann! {uuid.uuid4().hex}")
    bob.interactions.comment(video_id, "Indeed", answers=first.comment_id)
    ann.interactions.like_comment(video_id, first.comment_id)
    ann.interactions.pin(video_id, first.comment_id)
    bob.interactions.bookmark(video_id)
    shared = bob.interactions.share(video_id)
    assert shared.url.startswith(drive.outputs.edge_url)
    counted = eventually(
        lambda: ann.videos.get(video_id),
        # Each stream is counted by itself: none is the last for sure.
        lambda now: ((now.comments or 0) - (before.comments or 0), now.bookmarks, now.shares) == (2, 1, 1),
    )
    assert (counted.comments or 0) - (before.comments or 0) == 2
    assert (counted.bookmarks, counted.shares) == (1, 1)
    page = eventually(
        lambda: ann.interactions.comments(video_id, "top"), lambda page: bool(page.items and page.items[0].likes)
    )
    assert (page.items[0].comment_id, page.items[0].likes, page.items[0].replies) == (first.comment_id, 1, 1)
    assert page.pinned is not None
    bob.interactions.delete_comment(video_id, first.comment_id)
    found = eventually(lambda: drive.client("ada").operations.recount(video_id), lambda found: found.state == "exact")
    assert (found.state, found.counted) == ("exact", found.kept)


def test_bad_words_wait_for_a_moderator(drive: Driver, sample: Video) -> None:
    path = f"/v1/videos/{sample.video_id}/comments"
    made = drive.call("POST", path, user="bob", json={"text": "what a fucking clip"}).json()
    assert made["state"] == "held"
    assert drive.call("GET", f"{path}/{made['comment_id']}", user="ann").status_code == 404
    waiting = drive.call("GET", "/v1/comments/pending", user="mia").json()["items"]
    assert made["comment_id"] in [one["comment_id"] for one in waiting]
    verdict = drive.call("POST", f"{path}/{made['comment_id']}/verdict", user="mia", json={"verdict": "reject"})
    assert verdict.status_code == 200


def test_a_report_reaches_the_moderators(drive: Driver, sample: Video) -> None:
    drive.client("bob").interactions.report(sample.video_id, "spam", "sells watches")
    mia = drive.client("mia").moderation
    asked = eventually(
        lambda: [one for one in mia.reviews().items if one.video_id == sample.video_id], lambda found: bool(found)
    )
    assert [one.kind for one in asked] == ["reports"]
    drive.client("mia").moderation.decide(sample.video_id, "approve", "harmless")
    assert drive.client("bob").videos.get(sample.video_id).state == "published"
