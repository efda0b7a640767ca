"""The client's part of the feed: what it sends, and what it makes of the answers."""

from typing import Any

from tests.support.client_answers import VIDEO, Answers, Responses, client, ok


def test_pages_carry_their_cursor_on() -> None:
    responses = Responses(ok({"items": [VIDEO], "cursor": "next"}), ok({"items": [], "cursor": None}))
    feed = responses.client().feed
    page = feed.published(limit=1)
    assert feed.published(cursor=page.cursor).items == []
    assert dict(responses.requests[0].url.params) == {"limit": "1"}
    assert dict(responses.requests[1].url.params) == {"cursor": "next"}


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


def test_a_tag_is_one_part_of_an_address_whatever_is_in_it() -> None:
    answers = Answers({}, {})
    client(answers).feed.hide("tags", "a/b c")
    client(answers).feed.show_again("tags", "a/b c")
    path = "/v1/feed/hidden/tags/a%2Fb%20c"
    assert [one[:2] for one in answers.asked] == [("PUT", path), ("DELETE", path)]
