"""The client's part of follows and blocks: what it sends, and what it makes of the answers."""

from typing import Any

import pytest

from tests.sdk.test_moderation import Answers, client

TIE = {"user_id": "ann", "state": "requested", "follows_you": True, "followers": 3, "following": 1}
PAGE = {"items": [{"user_id": "bob", "since": 5}], "cursor": "c"}


def test_a_follow_says_what_came_of_it() -> None:
    answers = Answers(TIE)
    tie = client(answers).ties.follow("ann")
    assert (tie.state, tie.follows_you, tie.followers) == ("requested", True, 3)
    assert answers.asked == [("PUT", "/v1/users/ann/follow", None)]


@pytest.mark.parametrize(
    ("method", "arguments", "asked"),
    [
        ("followers", ("ann",), "/v1/users/ann/followers?limit=5&cursor=x"),
        ("following", ("ann",), "/v1/users/ann/following?limit=5&cursor=x"),
        ("requests", (), "/v1/me/follow-requests?limit=5&cursor=x"),
    ],
)
def test_lists_come_in_pages(method: str, arguments: tuple[str, ...], asked: str) -> None:
    answers = Answers(PAGE)
    page = getattr(client(answers).ties, method)(*arguments, limit=5, cursor="x")
    assert ([one.user_id for one in page.items], page.cursor) == (["bob"], "c")
    assert answers.asked == [("GET", asked, None)]


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("unfollow", ("DELETE", "/v1/users/bob/follow")),
        ("accept", ("PUT", "/v1/me/follow-requests/bob")),
        ("decline", ("DELETE", "/v1/me/follow-requests/bob")),
        ("remove_follower", ("DELETE", "/v1/me/followers/bob")),
        ("block", ("PUT", "/v1/users/bob/block")),
        ("unblock", ("DELETE", "/v1/users/bob/block")),
    ],
)
def test_what_is_done_to_somebody_is_one_request(method: str, asked: tuple[str, str]) -> None:
    answers = Answers(None)
    getattr(client(answers).ties, method)("bob")
    assert answers.asked == [(*asked, None)]


def test_whom_i_follow_and_what_a_user_published_are_lists_of_videos() -> None:
    video: dict[str, Any] = {"video_id": "v", "owner_id": "ann", "title": "t", "state": "published"}
    answers = Answers(*[{"items": [video], "cursor": None}] * 2)
    assert client(answers).following_feed(limit=1).items == client(answers).videos_of("ann").items
    assert [path for _, path, _ in answers.asked] == ["/v1/feed/following?limit=1", "/v1/users/ann/videos"]
