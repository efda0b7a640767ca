"""The client's part of the feed: what it sends, and what it makes of the answers."""

import time
from typing import Any

import httpx
import pytest

from reelstack_client import ClientError, Unreachable
from tests.support.client_answers import VIDEO, Answers, Responses, client, ok


def test_pages_carry_their_cursor_on() -> None:
    responses = Responses(ok({"items": [VIDEO], "cursor": "next"}), ok({"items": [], "cursor": None}))
    feed = responses.client().feed
    page = feed.published(limit=1)
    assert feed.published(cursor=page.cursor).items == []
    assert dict(responses.requests[0].url.params) == {"limit": "1"}
    assert dict(responses.requests[1].url.params) == {"cursor": "next"}


def test_all_items_of_a_list_are_asked_for_page_by_page() -> None:
    pages = ({"items": [VIDEO | {"video_id": str(n)}], "cursor": cursor} for n, cursor in enumerate(("a", "b", None)))
    responses = Responses(*map(ok, pages))
    items = responses.client().feed.published.each(limit=1)
    assert responses.requests == []
    assert [video.video_id for video in items] == ["0", "1", "2"]
    assert [request.url.params.get("cursor") for request in responses.requests] == [None, "a", "b"]


def test_whom_i_follow_and_what_a_user_published_are_lists_of_videos() -> None:
    video: dict[str, Any] = {"video_id": "v", "owner_id": "ann", "title": "t", "state": "published"}
    answers = Answers(*[{"items": [video], "cursor": None}] * 2)
    assert client(answers).feed.following(limit=1).items == client(answers).videos.of_user("ann").items
    assert [path for _, path, _ in answers.asked] == ["/v1/feed/following?limit=1", "/v1/users/ann/videos"]


def test_what_comes_with_a_clip_has_whole_addresses() -> None:
    author = {"id": "ann", "handle": "ann", "display_name": "Ann", "avatar": "/u/ann/1.jpg", "following": True}
    playback = {"master_url": "/v/v1/t/x/master.m3u8", "expires_at": 5}
    shown = VIDEO | {"author": author, "liked": True, "poster_url": "/v/v1/t/x/p.jpg", "playback": playback}
    answers = Answers({"items": [shown], "cursor": None})
    (video,) = client(answers).feed.published(include="playback").items
    assert answers.asked[0][1] == "/v1/feed/latest?include=playback"
    assert video.author
    assert video.playback
    assert (video.author.avatar, video.liked) == ("http://edge.test/u/ann/1.jpg", True)
    assert video.poster_url == "http://edge.test/v/v1/t/x/p.jpg"
    assert video.playback.master_url == "http://edge.test/v/v1/t/x/master.m3u8"


def test_hides_and_interests_are_asked_for_by_kind_and_word() -> None:
    hidden = {"kind": "tags", "id": "a/b c", "hidden_at": 5, "video": None, "creator": None}
    chosen = {"tags": ["tea"], "languages": ["de"]}
    answers = Answers({"items": [hidden], "cursor": None}, chosen, chosen)
    feed = client(answers).feed
    (one,) = feed.hidden(kind="tags").items
    assert (one.id, one.hidden_at, one.video) == ("a/b c", 5, None)
    assert feed.set_interests(["tea"], ["de"]) == feed.interests()
    assert [path for _, path, _ in answers.asked] == ["/v1/feed/hidden?kind=tags", *["/v1/me/interests"] * 2]
    with pytest.raises(ClientError, match="a list of texts"):
        feed.set_interests("tea")


def test_a_tag_is_one_part_of_an_address_whatever_is_in_it() -> None:
    answers = Answers({}, {})
    client(answers).feed.hide("tags", "a/b c")
    client(answers).feed.show_again("tags", "a/b c")
    path = "/v1/feed/hidden/tags/a%252Fb%2520c"
    assert [one[:2] for one in answers.asked] == [("PUT", path), ("DELETE", path)]
    dots = Answers({})
    client(dots).feed.hide("tags", "..")
    assert dots.asked[0][1] == "/v1/feed/hidden/tags/%252E%252E"


def test_a_page_of_the_feed_goes_on_by_its_session() -> None:
    item = VIDEO | {
        "source": "fresh",
        "repeated": True,
        "preload": {
            "renditions": [{"name": "avc-480", "header_bytes": 9, "first_segment_bytes": 90}],
            "p_watch": [1.0],
        },
        "reasons": [{"code": "new", "says": "It is new", "about": None}],
    }
    page = {
        "items": [item],
        "cursor": "s",
        "session": "s",
        "level": 2,
        "label": "Hot Recommendations",
        "answer_id": "a",
    }
    answers = Answers(page, page)
    feed = client(answers).feed
    first = feed.page()
    (video,) = first.items
    assert video.reasons
    assert video.preload
    assert (video.source, video.repeated, video.reasons[0].code) == ("fresh", True, "new")
    assert video.preload.renditions[0].first_segment_bytes == 90
    assert (first.level, first.label) == (2, "Hot Recommendations")
    feed.page(limit=5, session=first.session, explain=True)
    assert [path for _, path, _ in answers.asked] == ["/v1/feed", "/v1/feed?limit=5&session=s&explain=1"]


def ready(made_at: float | None = None) -> httpx.Response:
    item = VIDEO | {"poster_url": "/v/v1/t/x/p.jpg", "source": "hot", "preload": None}
    page = {
        "version": 1,
        "region": "",
        "made_at": int((made_at or time.time()) * 1000),
        "level": 3,
        "items": [item] * 3,
    }
    return ok(page | {"label": "Hot Recommendations", "cursor": None, "session": "", "answer_id": "", "stale": False})


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.Response(500), httpx.ReadTimeout("silent")])
def test_while_the_service_fails_a_page_comes_from_the_cdn(failure: httpx.Response | Exception) -> None:
    responses = Responses(failure, httpx.Response(403), ready())
    page = responses.client().feed.page(limit=2, session="mine", region="DE")
    assert [request.url.path for request in responses.requests] == [
        "/v1/feed",
        "/feed/hot-DE.json",
        "/feed/hot-world.json",
    ]
    assert (len(page.items), page.session, page.level, page.stale) == (2, "mine", 3, False)
    assert page.items[0].poster_url == "http://edge.test/v/v1/t/x/p.jpg"
    assert "authorization" not in responses.requests[1].headers
    assert responses.requests[0].extensions["timeout"]["read"] == 2
    assert responses.slept == []


def test_an_empty_page_of_a_region_is_passed_over() -> None:
    empty = ok({"version": 1, "made_at": 1, "level": 3, "items": [], "session": ""})
    assert len(Responses(httpx.Response(503), empty, ready()).client().feed.page(region="DE").items) == 3


def test_an_old_page_of_the_cdn_says_so() -> None:
    page = Responses(httpx.Response(502), ready(time.time() - 3600)).client().feed.page()
    assert page.stale


def test_without_a_page_in_the_cdn_the_service_is_asked_on() -> None:
    answered = ok({"items": [], "session": "s", "level": 0})
    responses = Responses(httpx.Response(503), httpx.Response(404), httpx.Response(503), answered)
    assert responses.client().feed.page().session == "s"
    silent = [httpx.ConnectError("away")] * 5
    with pytest.raises(Unreachable):
        Responses(*silent).client().feed.page()
