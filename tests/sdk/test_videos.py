"""The client's part of videos: what it sends, what it makes of the answers, and how it waits."""

import httpx
import pytest

from reelstack_client import NotInTime
from tests.support.client_answers import Answers, Responses, client, ok

VIDEO = {"video_id": "v1", "owner_id": "ann", "title": "Clip", "state": "processing", "of_a_newer_service": 1}


def test_what_a_newer_service_adds_is_ignored() -> None:
    assert Responses(ok(VIDEO)).client().videos.get("v1").title == "Clip"


def test_playback_addresses_are_absolute() -> None:
    body = {"master_url": "/v/v1/t/x/1/master.m3u8", "poster_url": "/v/v1/t/x/1/poster.jpg", "expires_at": 1}
    body["sprites_url"] = "/v/v1/t/x/1/sprites.vtt"
    playback = Responses(ok(body)).client().videos.playback("v1")
    assert playback.master_url == "http://edge.test/v/v1/t/x/1/master.m3u8"
    assert playback.poster_url == "http://edge.test/v/v1/t/x/1/poster.jpg"
    assert playback.sprites_url == "http://edge.test/v/v1/t/x/1/sprites.vtt"


def test_a_link_names_the_owner_as_people_know_them() -> None:
    author = {"id": "ann", "handle": "anna", "display_name": "Anna", "avatar_url": None, "following": False}
    named = Responses(ok(VIDEO | {"author": author}), ok(VIDEO | {"author": author | {"handle": None}})).client()
    assert named.videos.link("v1") == "http://edge.test/@anna/v1"
    assert named.videos.link("v1") == "http://edge.test/@-/v1", "the page leads on to whatever the name is"


def test_what_another_site_shows_is_asked_for_by_the_link() -> None:
    responses = Responses(
        ok({"version": "1.0", "type": "link", "title": "t", "author_name": "@a", "provider_name": "R"})
    )
    assert responses.client().videos.embedding("http://edge.test/@a/v1").author_name == "@a"
    assert responses.requests[0].url.params["url"] == "http://edge.test/@a/v1"


def test_waiting_ends_with_a_final_state_and_tells_each_state() -> None:
    seen: list[str] = []
    responses = Responses(ok(VIDEO), ok(VIDEO), ok(VIDEO | {"state": "published"}))
    video = responses.client().videos.wait("v1", seen=lambda video: seen.append(video.state))
    assert video.state == "published"
    assert seen == ["processing", "processing", "published"]


def test_waiting_survives_a_service_that_fails_for_a_while() -> None:
    failed = [httpx.Response(502, text="Bad Gateway")] * 3  # as often as one request is tried
    responses = Responses(ok(VIDEO), *failed, httpx.ConnectError("gone"), ok(VIDEO | {"state": "published"}))
    assert responses.client().videos.wait("v1").state == "published"


def test_a_service_that_has_too_much_to_do_is_not_asked_sooner_than_it_wants() -> None:
    responses = Responses(httpx.Response(429, headers={"retry-after": "90"}), ok(VIDEO | {"state": "published"}))
    assert responses.client().videos.wait("v1").state == "published"
    assert responses.slept == [90]


def test_waiting_in_vain_says_what_the_service_said() -> None:
    failed = [httpx.Response(502, text="Bad Gateway")] * 3
    with pytest.raises(NotInTime, match=r"not known \(Bad Gateway\)"):
        Responses(*failed).client().videos.wait("v1", seconds=-1)


def test_waiting_ends_in_time() -> None:
    with pytest.raises(NotInTime, match="still processing"):
        Responses(ok(VIDEO)).client().videos.wait("v1", seconds=-1)


def test_a_video_is_changed_retried_and_deleted_by_one_request_each() -> None:
    answers = Answers(VIDEO, VIDEO, None)
    videos = client(answers).videos
    assert videos.edit("v1", visibility="private").title == "Clip"
    videos.retry("v1")
    videos.delete("v1")
    assert answers.asked == [
        ("PATCH", "/v1/videos/v1", {"visibility": "private"}),
        ("POST", "/v1/videos/v1/retry", None),
        ("DELETE", "/v1/videos/v1", None),
    ]


def test_my_videos_come_in_pages() -> None:
    answers = Answers({"items": [VIDEO], "cursor": "c"})
    page = client(answers).videos.list(limit=1)
    assert ([video.video_id for video in page.items], page.cursor) == (["v1"], "c")
    assert answers.asked == [("GET", "/v1/videos?limit=1", None)]


def test_counts_are_those_of_the_edge() -> None:
    responses = Responses(ok({"video_id": "v1", "likes": 3, "plays": 9, "of_a_newer_service": 1}))
    counts = responses.client().videos.counts("v1")
    assert (counts.likes, counts.comments, counts.plays) == (3, 0, 9)
    assert responses.requests[0].url.path == "/v1/videos/v1/counts"
