"""Counts for everybody and the warm-up of trending clips, on the deployed cloud: what the edge keeps of the API, and
what it has before the next viewer."""

import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local import functions
from reelstack.delivery.warm_up import TRENDING_PLAYS
from reelstack_client import Video
from tests.cloud.driver import Driver, eventually, playback, problem

pytestmark = pytest.mark.cloud
CROWD, AT_ONCE = 200, 20
PAGE_SECONDS = 90
"""The edge keeps the ready-made page for a minute: infra/edge/behaviors.py."""


def test_a_crowd_that_asks_for_counts_is_one_request_to_the_api_and_is_told_nothing_of_anybody(
    drive: Driver, sample: Video
) -> None:
    at = f"/v1/videos/{sample.video_id}/counts"

    def read(number: int) -> httpx.Response:
        return drive.call("GET", f"{at}?n={number}", user="bob" if number % 2 else None)

    drive.token("bob")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(read, range(CROWD)))
    assert {answer.status_code for answer in answers} == {200}
    made = Counter(answer.headers["apigw-requestid"] for answer in answers)
    assert len(made) <= 2, "they may take longer than the two seconds for which the first answer is kept"
    assert {*answers[0].json()} == {"video_id", "likes", "comments", "shares", "bookmarks", "plays"}
    assert "stale-while-revalidate=30" in answers[0].headers["cache-control"]


def test_a_video_that_is_hidden_has_no_counts_soon(drive: Driver, sample: Video) -> None:
    ann, at = drive.client("ann"), f"/v1/videos/{sample.video_id}/counts"
    assert drive.call("GET", at, user=None).status_code == 200
    ann.videos.edit(sample.video_id, visibility="private")
    try:
        gone = eventually(lambda: drive.call("GET", at), lambda answer: answer.status_code == 404)
        assert problem(gone) == (404, "video-not-found"), "also for its owner: a shared answer"
    finally:
        ann.videos.edit(sample.video_id, visibility="public")
    assert eventually(lambda: drive.call("GET", at).status_code, (200).__eq__) == 200


@pytest.fixture
def trending(drive: Driver, sample: Video) -> Iterator[Video]:
    """The sample, played more often than anything has ever been."""
    _play(drive, sample, TRENDING_PLAYS + 1)
    yield sample
    _play(drive, sample, -TRENDING_PLAYS - 1)


def _play(drive: Driver, video: Video, times: int) -> None:
    drive.aws("dynamodb").update_item(
        TableName=drive.outputs.tables["counters"],
        Key={"key": {"S": video.video_id}},
        UpdateExpression="ADD plays :times",
        ExpressionAttributeValues={":times": {"N": str(times)}},
    )


def test_what_is_trending_is_at_the_edge_before_its_next_viewer(drive: Driver, trending: Video) -> None:
    def warmed() -> dict[str, int]:
        """From a page made anew. The edge keeps it for a while, and a test ago the clip was hidden: that page does not
        list it, or by addresses that are refused since."""
        _run(drive, "update_hot_lists")
        _forget(drive, trending)
        return _run(drive, "warm_edge")

    done = eventually(warmed, lambda done: (done["trending"], done["failed"]) == (1, 0), PAGE_SECONDS)
    assert (done["trending"], done["failed"]) == (1, 0)
    played = playback(drive.client("bob"), trending.video_id)
    first, folder = played.renditions[0], str(played.master_url).rpartition("/")[0]
    span = {"range": f"bytes=0-{first.unit_ends[0] - 1}"}
    asked = {str(played.poster_url): {}, str(played.master_url): {}, f"{folder}/{first.name}.mp4": span}
    verdicts = {url: drive.http.get(url, headers=headers).headers["x-cache"] for url, headers in asked.items()}
    assert verdicts == dict.fromkeys(asked, "Hit from edge")


def _run(drive: Driver, name: str) -> dict[str, int]:
    done: dict[str, int] = functions.call(drive.aws("lambda"), drive.outputs.functions[name], {})
    return done


def _forget(drive: Driver, video: Video) -> None:
    """The edge has nothing of the clip any more. It is asked for something that no warm-up fetches."""
    url = str(playback(drive.client("bob"), video.video_id).sprites_url)
    drive.http.get(url)
    drive.aws("cloudfront").create_invalidation(
        DistributionId=drive.outputs.distribution_id,
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": [f"/v/{video.video_id}/*"]},
            "CallerReference": uuid.uuid4().hex,
        },
    )
    assert eventually(lambda: drive.http.get(url).headers["x-cache"], "Miss".__eq__) == "Miss"
