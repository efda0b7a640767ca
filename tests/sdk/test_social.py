"""The client's part of follows and blocks: what it sends, and what it makes of the answers."""

import pytest

from tests.support.client_answers import Answers, client

RELATIONSHIP = {"user_id": "ann", "state": "requested", "follows_you": True, "followers": 3, "following": 1}
PAGE = {"items": [{"user_id": "bob", "since": 5}], "cursor": "c"}


def test_a_follow_says_what_came_of_it() -> None:
    answers = Answers(RELATIONSHIP)
    found = client(answers).social.follow("ann")
    assert (found.state, found.follows_you, found.followers) == ("requested", True, 3)
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
    page = getattr(client(answers).social, method)(*arguments, limit=5, cursor="x")
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
    getattr(client(answers).social, method)("bob")
    assert answers.asked == [(*asked, None)]
