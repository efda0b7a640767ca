"""The videos, feed and interactions services through their handlers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reelstack.platform.config import Config
from reelstack.tables.model import connection
from reelstack.tables.videos import Video
from reelstack.videos import lifecycle, videos
from reelstack.videos.lifecycle import Rejection
from tests.support.functions import handler_of

Call = Callable[..., Any]
ASSET = {
    "prefix": "v/vid/1/",
    "master": "master.m3u8",
    "poster": "poster.jpg",
    "sprites": "sprites.vtt",
    "color": "#a0b1c2",
    "duration_ms": 5280,
    "width": 1280,
    "height": 720,
    "renditions": [],
}


def make(video_id: str = "vid", *, owner: str = "ann", state: str = "published", **more: Any) -> Video:
    shard = videos.shard_of(video_id) if state == "published" and more.get("visibility", "public") == "public" else None
    video = Video(
        video_id,
        owner_id=owner,
        title=video_id,
        state=state,
        upload_id=f"up-{video_id}",
        created_at=more.pop("created_at", 1),
        published_at=more.pop("published_at", 5 if state == "published" else None),
        shard=shard,
        asset=ASSET if state == "published" else None,
        **more,
    )
    video.save()
    return video


def problem(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json["type"].rsplit("/", 1)[1]


def test_health_needs_no_token_but_the_door(call: Call) -> None:
    assert call("videos", "GET", "/v1/health", user=None).json == {"status": "ok", "stage": "test"}
    assert call("videos", "GET", "/v1/health", user=None, through_cdn=False).status == 403


def test_a_published_video_plays_for_everybody_signed_in(call: Call) -> None:
    make()
    answer = call("videos", "GET", "/v1/videos/vid/playback", user="bob", roles=("viewer",))
    assert answer.json["master_url"].startswith("/v/vid/t/")
    assert answer.json["master_url"].endswith("/1/master.m3u8")
    assert answer.json["sprites_url"].endswith("/1/sprites.vtt")
    assert answer.json["color"] == "#a0b1c2"
    assert answer.json["preview"] is False
    assert call("videos", "GET", "/v1/videos/vid", user="bob").json["color"] == "#a0b1c2"


def test_the_first_rung_plays_for_its_owner_only(call: Call) -> None:
    make(state="processing", preview={"prefix": "v/vid/1/", "master": "preview.m3u8"})
    shown = call("videos", "GET", "/v1/videos/vid/playback").json
    assert (shown["preview"], shown["sprites_url"], shown["color"]) == (True, None, None)
    assert problem(call("videos", "GET", "/v1/videos/vid/playback", user="bob")) == (409, "video-processing")


@pytest.mark.parametrize(
    ("state", "visibility", "expected"),
    [
        ("published", "private", (403, "video-private")),
        ("rejected", "public", (403, "video-moderated")),
        ("processing", "public", (409, "video-processing")),
        ("review", "public", (409, "video-processing")),
        ("deleted", "public", (404, "video-not-found")),
    ],
)
def test_each_way_of_not_being_public_has_its_own_answer(
    call: Call, state: str, visibility: str, expected: tuple[int, str]
) -> None:
    make(state=state, visibility=visibility)
    for service, path in (
        ("videos", "/v1/videos/vid"),
        ("videos", "/v1/videos/vid/playback"),
        ("interactions", "/v1/videos/vid/likes"),
    ):
        assert problem(call(service, "GET", path, user="bob")) == expected
    assert problem(call("interactions", "PUT", "/v1/videos/vid/like", user="bob")) == expected


def test_private_tokens_live_minutes_and_public_ones_hours(call: Call, aws: Config) -> None:
    make("open")
    make("mine", visibility="private")
    soon, late = (
        call("videos", "GET", f"/v1/videos/{video_id}/playback").json["expires_at"] for video_id in ("mine", "open")
    )
    assert late - soon == pytest.approx(aws.playback_seconds_public - aws.playback_seconds_private, abs=5)


def test_my_list_shows_every_state_but_deleted_page_by_page(call: Call) -> None:
    for n in range(5):
        make(f"v{n}", state="deleted" if n == 2 else "processing", created_at=n)
    make("other", owner="bob")
    seen, cursor = [], ""
    while True:
        page = call("videos", "GET", f"/v1/videos?limit=2{cursor}").json
        seen += [item["video_id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == ["v4", "v3", "v1", "v0"]


def test_the_feed_is_public_videos_newest_first_page_by_page(call: Call) -> None:
    for n in range(7):
        make(f"v{n}", published_at=n // 2)
    make("hidden", visibility="unlisted", published_at=99)
    seen, cursor = [], ""
    while True:
        page = call("feed", "GET", f"/v1/feed/latest?limit=3{cursor}", user="bob").json
        seen += [item["video_id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == ["v6", "v5", "v4", "v3", "v2", "v1", "v0"]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0", "%00", "W10"])
def test_a_cursor_of_another_make_is_refused(call: Call, cursor: str) -> None:
    assert problem(call("feed", "GET", f"/v1/feed/latest?cursor={cursor}")) == (422, "cursor-invalid")


def test_an_owner_edits_and_deletes(call: Call) -> None:
    make()
    changed = call("videos", "PATCH", "/v1/videos/vid", body={"title": "New", "visibility": "private"}).json
    assert (changed["title"], changed["visibility"]) == ("New", "private")
    assert call("feed", "GET", "/v1/feed/latest").json["items"] == []
    call("videos", "PATCH", "/v1/videos/vid", body={"visibility": "public"})
    assert len(call("feed", "GET", "/v1/feed/latest").json["items"]) == 1
    assert [call("videos", "DELETE", "/v1/videos/vid").status for _ in range(2)] == [204, 404]
    assert call("feed", "GET", "/v1/feed/latest").json["items"] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "nothing-to-change")),
        ({"title": ""}, (422, "invalid-request")),
        ({"state": "published"}, (422, "invalid-request")),
        ("{", (400, "malformed-json")),
        ({"title": "x" * 2**20}, (413, "request-too-large")),
    ],
)
def test_a_bad_change_gets_one_clear_answer(call: Call, body: Any, expected: tuple[int, str]) -> None:
    make()
    assert problem(call("videos", "PATCH", "/v1/videos/vid", body=body)) == expected


@pytest.mark.parametrize(("method", "tail"), [("PATCH", ""), ("DELETE", ""), ("POST", "/retry")])
def test_only_the_owner_changes_a_video(call: Call, method: str, tail: str) -> None:
    make(state="failed")
    body = {"title": "Mine"} if method == "PATCH" else None
    assert problem(call("videos", method, f"/v1/videos/vid{tail}", body=body, user="bob"))[1] == "not-your-video"
    assert call("videos", method, f"/v1/videos/vid{tail}", body=body, user=None).status == 401
    assert call("videos", method, f"/v1/videos/nope{tail}", body=body).status == 404


def test_a_failed_production_can_be_asked_for_again_by_owner_and_admin(call: Call) -> None:
    make("a", state="failed", reason="production-failed")
    make("b", state="failed", reason="production-failed")
    again = call("videos", "POST", "/v1/videos/a/retry")
    assert (again.status, again.json["state"], again.json["attempt"], again.json["reason"]) == (202, "queued", 2, None)
    assert call("videos", "POST", "/v1/videos/a/retry").json["attempt"] == 2, "asking twice asks once"
    assert call("videos", "POST", "/v1/videos/b/retry", user="ada", roles=("admin",)).status == 202
    make("c")
    assert problem(call("videos", "POST", "/v1/videos/c/retry")) == (409, "nothing-to-retry")


def test_likes_are_listed_and_taken_back(call: Call) -> None:
    for video_id in ("a", "b", "c"):
        make(video_id)
        assert call("interactions", "PUT", f"/v1/videos/{video_id}/like", user="bob").status == 204
    page = call("interactions", "GET", "/v1/me/likes?limit=2", user="bob").json
    rest = call("interactions", "GET", f"/v1/me/likes?limit=2&cursor={page['cursor']}", user="bob").json
    assert [item["video_id"] for item in page["items"] + rest["items"]] == ["a", "b", "c"]
    assert call("interactions", "DELETE", "/v1/videos/a/like", user="bob").status == 204
    assert call("interactions", "GET", "/v1/videos/a/likes", user="bob").json == {
        "video_id": "a",
        "likes": 0,
        "liked": False,
    }
    for method in ("PUT", "DELETE"):
        assert call("interactions", method, "/v1/videos/a/like", user=None).status == 401


def test_publishing_is_one_write_and_harmless_twice(aws: Config) -> None:
    make(state="processing")
    assert [lifecycle.publish("vid", 1, ASSET, {"sexual": 0.1}) for _ in range(2)] == [True, True]
    video = Video.get("vid")
    assert (video.state, int(video.shard), video.asset["master"]) == (
        "published",
        videos.shard_of("vid"),
        "master.m3u8",
    )


@contextmanager
def edited_before_writes(times: int) -> Iterator[None]:
    """So many of the next updates are each preceded by an edit of the video's visibility."""
    wire, left = connection().client.meta.events, ["private" if number % 2 else "followers" for number in range(times)]

    def edit(**_: Any) -> None:
        if left:
            visibility = left.pop()
            wire.unregister("before-call.dynamodb.UpdateItem", edit)
            Video("vid").update(actions=[Video.visibility.set(visibility)])
            wire.register("before-call.dynamodb.UpdateItem", edit)

    wire.register("before-call.dynamodb.UpdateItem", edit)
    try:
        yield
    finally:
        wire.unregister("before-call.dynamodb.UpdateItem", edit)


@pytest.mark.parametrize("state", ["processing", "review"])
def test_a_video_whose_visibility_is_edited_meanwhile_is_published_with_the_new_one(aws: Config, state: str) -> None:
    make(state=state)
    with edited_before_writes(1):
        assert lifecycle.publish("vid", 1, ASSET, {})
    video = Video.get("vid")
    assert (video.state, video.visibility, video.shard) == ("published", "followers", None)


def test_publishing_a_video_that_is_edited_all_the_time_raises_for_the_step_to_come_again(aws: Config) -> None:
    make(state="processing")
    with edited_before_writes(100), pytest.raises(lifecycle.StillChanging):
        lifecycle.publish("vid", 1, ASSET, {})
    assert lifecycle.publish("vid", 1, ASSET, {})


@pytest.mark.parametrize("state", ["deleted", "rejected", "failed"])
def test_a_video_that_has_moved_on_is_not_published(aws: Config, state: str) -> None:
    make(state=state)
    assert not lifecycle.publish("vid", 1, ASSET, {})
    assert Video.get("vid").state == state


def test_a_step_of_an_old_attempt_changes_nothing(aws: Config) -> None:
    make(state="processing", attempt=2)
    assert not lifecycle.publish("vid", 1, ASSET, {})
    assert not lifecycle.reject("vid", 1, Rejection("moderated"))
    assert not lifecycle.fail("vid", 1, "production-failed", "")
    assert Video.get("vid").state == "processing"


@pytest.mark.parametrize(
    ("case", "status"),
    [("videos/api.health", 200), ("videos/api.playback", 200), ("feed/api.page", 200), ("interactions/api.like", 204)],
)
def test_the_sample_events_are_answered(
    aws: Config, event: Callable[[str], dict[str, Any]], context: Any, case: str, status: int
) -> None:
    make()
    handler = handler_of(case.split("/")[0])
    assert handler(event(case), context)["statusCode"] == status
