"""Comments over HTTP: threads, order, who may do what, and what words and people hold back."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from valkey import Valkey

from reelstack.interactions import comment_ids, comment_listings, comment_ranking, comments
from reelstack.interactions.comment_listings import Order
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Comment
from reelstack.tables.model import connection
from reelstack.tables.social import Block
from tests.support.streams import Streams
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
MIA = {"user": "mia", "roles": ("moderator",)}
PATH = "/v1/videos/vid/comments"


@pytest.fixture
def streams(aws: Config, context: Any) -> Streams:
    make()
    return Streams(context)


def write(call: Call, text: str = "Nice!", user: str = "bob", **more: Any) -> Any:
    return call("interactions", "POST", PATH, user=user, roles=("viewer",), body={"text": text, **more})


def listed(call: Call, query: str = "limit=50", path: str = PATH, user: str = "cid") -> list[str]:
    """Texts of the whole list, page by page."""
    seen, cursor = list[str](), ""
    while True:
        page = call("interactions", "GET", f"{path}?{query}{cursor}", user=user).json
        seen += [item["text"] for item in page["items"]]
        if page["cursor"] is None:
            return seen
        cursor = f"&cursor={page['cursor']}"


def count(call: Call) -> int:
    return int(call("videos", "GET", "/v1/videos/vid").json["comments"])


def block(one: str, other: str) -> None:
    for left, right in ((one, other), (other, one)):
        Block(left, right, by={one}).save()


def test_comments_are_listed_newest_first_from_all_partitions(call: Call, streams: Streams) -> None:
    for number in range(20):
        assert write(call, f"number {number}").status == 201
    assert len({comment.thread for comment in Comment.scan()}) > 4, "a hot video is no hot partition"
    assert listed(call, "limit=3") == [f"number {number}" for number in reversed(range(20))]
    streams.flow()
    assert count(call) == 20


def test_a_reply_belongs_to_its_thread_and_counts_for_both(call: Call, streams: Streams) -> None:
    parent = write(call).json["comment_id"]
    for number in range(5):
        reply = write(call, f"reply {number}", user="cid", answers=parent).json
    replies = f"{PATH}/{parent}/replies"
    assert listed(call, "limit=2", replies) == [f"reply {number}" for number in range(5)]
    assert listed(call) == ["Nice!"]
    streams.flow()
    assert call("interactions", "GET", f"{PATH}/{parent}").json["replies"] == 5
    assert count(call) == 6
    assert problem(write(call, answers=reply["comment_id"])) == (422, "not-a-thread")
    assert problem(write(call, answers="1795420860000-0123456789ab")) == (404, "comment-not-found")


def test_mentions_are_stored_without_what_only_looks_like_one(call: Call, streams: Streams) -> None:
    said = write(call, "@Ann and @bob.b. but not a@b.com, @@x or @" + "y" * 40).json
    assert said["mentions"] == ["ann", "bob.b"]
    assert len(comments.mentions(" ".join(f"@u{number}" for number in range(50)))) == comments.MENTIONS_MOST


def test_the_most_liked_come_first_in_top(call: Call, streams: Streams) -> None:
    ids = [write(call, f"c{number}").json["comment_id"] for number in range(5)]
    for number, likers in ((3, 4), (1, 2), (4, 1)):
        for liker in range(likers):
            path = f"{PATH}/{ids[number]}/like"
            assert [call("interactions", "PUT", path, user=f"fan{liker}").status for _ in range(2)] == [204, 204]
    streams.flow()
    assert listed(call, "order=top&limit=2") == ["c3", "c1", "c4", "c2", "c0"]
    shown = call("interactions", "GET", f"{PATH}/{ids[3]}", user="fan1").json
    assert (shown["likes"], shown["liked"]) == (4, True)
    call("interactions", "DELETE", f"{PATH}/{ids[3]}/like", user="fan1")
    streams.flow()
    shown = call("interactions", "GET", f"{PATH}/{ids[3]}", user="fan1").json
    assert (shown["likes"], shown["liked"]) == (3, False)


@pytest.fixture
def queried(aws: Config) -> Iterator[list[int]]:
    """How many items each query read."""
    seen = list[int]()
    wire = connection().client.meta.events

    def note(parsed: dict[str, Any], **_: Any) -> None:
        seen.append(parsed["ScannedCount"])

    wire.register("after-call.dynamodb.Query", note)
    yield seen
    wire.unregister("after-call.dynamodb.Query", note)


def test_of_many_who_open_a_hot_videos_comments_at_once_one_reads_them(
    call: Call, streams: Streams, cached: Valkey, queried: list[int]
) -> None:
    write(call, "first")
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(comment_listings.list_comments, "vid", "cid", Order.NEWEST, 20, None) for _ in range(40)]
    assert [[one.text for one in future.result()[0]] for future in asked] == [["first"]] * 40
    assert len(queried) <= 3 * comment_ids.SHARDS, "once, or once a second"


def test_comments_nobody_liked_are_all_in_top_whatever_order_an_index_has_them_in(
    call: Call, streams: Streams, queried: list[int]
) -> None:
    ids = [f"{1795420800000 + number}-{number:012x}" for number in range(60)]
    for comment_id in random.Random(1).sample(ids, len(ids)):
        rank = comment_ranking.rank(0, comment_id)
        Comment(
            "vid#0",
            comment_id,
            video_id="vid",
            author_id="bob",
            text=comment_id,
            state="visible",
            created_at=1,
            rank=rank,
        ).save()
    assert listed(call, "order=top&limit=5") == ids[::-1]
    assert max(queried) <= 6, "a later page costs what the first did"


def test_a_comment_everybody_likes_is_ranked_by_few_writes() -> None:
    assert [comment_ranking.score(likes) for likes in (0, 1, 3)] == [0, 8, 16]
    assert len({comment_ranking.score(likes) for likes in range(1_000_000)}) < 200


def test_its_author_edits_a_comment(call: Call, streams: Streams) -> None:
    path = f"{PATH}/{write(call).json['comment_id']}"
    changed = call("interactions", "PATCH", path, user="bob", body={"text": "Very nice, @ann"}).json
    assert (changed["text"], changed["mentions"], changed["edited_at"] is not None) == (
        "Very nice, @ann",
        ["ann"],
        True,
    )
    assert problem(call("interactions", "PATCH", path, user="ann", body={"text": "no"})) == (403, "not-your-comment")
    streams.flow()
    assert count(call) == 1


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"user": "bob"}, 204),
        ({"user": "ann"}, 204),
        (MIA, 204),
        ({"user": "cid"}, (403, "not-your-comment")),
        ({"user": None}, (401, "token-missing")),
    ],
)
def test_author_owner_and_moderator_delete_and_nobody_else(
    call: Call, streams: Streams, who: dict[str, Any], expected: Any
) -> None:
    path = f"{PATH}/{write(call).json['comment_id']}"
    streams.flow()
    answer = call("interactions", "DELETE", path, **who)
    assert (answer.status if expected == 204 else problem(answer)) == expected
    streams.flow()
    assert count(call) == (0 if expected == 204 else 1)
    if expected == 204:
        assert call("interactions", "DELETE", path, **who).status == 404
        assert listed(call) == []


def test_a_deleted_comment_keeps_its_place_while_it_has_replies_but_not_its_words(call: Call, streams: Streams) -> None:
    parent = write(call, "secret").json["comment_id"]
    write(call, "reply", answers=parent)
    call("interactions", "DELETE", f"{PATH}/{parent}", user="bob")
    streams.flow()
    (shown,) = call("interactions", "GET", PATH).json["items"]
    assert (shown["text"], shown["author_id"], shown["state"], shown["replies"]) == (None, None, "deleted", 1)
    assert "secret" not in str(Comment.get(*comment_key(parent)).attribute_values)
    assert count(call) == 1


def comment_key(comment_id: str) -> tuple[str, str]:
    (found,) = [comment for comment in Comment.scan() if comment.comment_id == comment_id]
    return found.thread, found.comment_id


def test_only_the_owner_pins_one_comment(call: Call, streams: Streams) -> None:
    first, second = (write(call, text).json["comment_id"] for text in ("one", "two"))
    pin = "/v1/videos/vid/pin"
    for comment_id in (first, second):
        assert call("interactions", "PUT", f"{pin}/{comment_id}", user="ann").status == 204
    shown = call("interactions", "GET", PATH, user="cid").json["pinned"]
    assert (shown["text"], shown["pinned"]) == ("two", True)
    assert problem(call("interactions", "PUT", f"{pin}/{first}", user="bob")) == (403, "not-your-video")
    call("interactions", "DELETE", f"{PATH}/{second}", user="bob")
    assert call("interactions", "GET", PATH, user="cid").json["pinned"] is None
    assert call("interactions", "DELETE", pin, user="ann").status == 204


# --- what is held back -----------------------------------------------------------------------------------------------


def test_bad_words_wait_for_a_moderator_and_only_their_author_sees_them(call: Call, streams: Streams) -> None:
    made = write(call, "what a fucking clip").json
    path = f"{PATH}/{made['comment_id']}"
    assert made["state"] == "held"
    streams.flow()
    assert (listed(call), listed(call, "order=top"), count(call)) == ([], [], 0)
    assert call("interactions", "GET", path, user="bob").status == 200
    assert problem(call("interactions", "GET", path, user="ann")) == (404, "comment-not-found")
    assert problem(call("interactions", "PUT", f"{path}/like", user="ann")) == (404, "comment-not-found")
    (waiting,) = call("interactions", "GET", "/v1/comments/pending", **MIA).json["items"]
    assert waiting["comment_id"] == made["comment_id"]
    assert call("interactions", "POST", f"{path}/verdict", body={"verdict": "approve"}, **MIA).status == 200
    streams.flow()
    assert (listed(call), listed(call, "order=top"), count(call)) == (["what a fucking clip"],) * 2 + (1,)
    again = call("interactions", "POST", f"{path}/verdict", body={"verdict": "reject"}, **MIA)
    assert problem(again) == (409, "comment-not-waiting")


def test_an_edit_is_judged_like_the_first_text(call: Call, streams: Streams) -> None:
    path = f"{PATH}/{write(call).json['comment_id']}"
    streams.flow()
    assert call("interactions", "PATCH", path, user="bob", body={"text": "oh fuck"}).json["state"] == "held"
    streams.flow()
    assert (listed(call), count(call)) == ([], 0)
    assert call("interactions", "PATCH", path, user="bob", body={"text": "oh dear"}).json["state"] == "visible"
    streams.flow()
    assert (listed(call), count(call)) == (["oh dear"], 1)


def test_a_rejected_comment_is_gone(call: Call, streams: Streams) -> None:
    path = f"{PATH}/{write(call, 'fuck').json['comment_id']}"
    call("interactions", "POST", f"{path}/verdict", body={"verdict": "reject"}, **MIA)
    assert call("interactions", "GET", path, user="bob").status == 404
    assert call("interactions", "GET", "/v1/comments/pending", **MIA).json["items"] == []


# --- blocks and visibility -------------------------------------------------------------------------------------------


def test_across_a_block_nobody_reads_writes_or_likes(call: Call, streams: Streams) -> None:
    comment_id = write(call, user="bob").json["comment_id"]
    block("bob", "cid")
    assert listed(call, user="cid") == []
    assert listed(call, user="dan") == ["Nice!"]
    path = f"{PATH}/{comment_id}"
    assert problem(call("interactions", "GET", path, user="cid")) == (404, "comment-not-found")
    assert problem(call("interactions", "PUT", f"{path}/like", user="cid")) == (404, "comment-not-found")
    assert write(call, user="cid", answers=comment_id).status == 404
    block("ann", "dan")
    assert write(call, user="dan").status == 404
    assert problem(call("interactions", "GET", PATH, user="dan")) == (404, "video-not-found")


def test_across_a_block_nobody_edits_what_they_answered(call: Call, streams: Streams) -> None:
    parent = write(call, user="cid").json["comment_id"]
    reply = write(call, "thanks", user="bob", answers=parent).json["comment_id"]
    own = write(call, user="bob").json["comment_id"]

    def edit(comment_id: str, user: str = "bob") -> Any:
        return call("interactions", "PATCH", f"{PATH}/{comment_id}", user=user, body={"text": "insults"})

    block("cid", "bob")
    assert problem(edit(reply)) == (404, "comment-not-found")
    assert problem(edit(reply, user="cid")) == (404, "comment-not-found")
    assert listed(call, path=f"{PATH}/{parent}/replies", user="dan") == ["thanks"]
    assert edit(own).status == 200
    block("ann", "bob")
    assert edit(own).status == 404


def test_a_reply_can_be_edited_when_what_it_answers_is_deleted(call: Call, streams: Streams) -> None:
    parent = write(call, user="cid").json["comment_id"]
    reply = write(call, user="bob", answers=parent).json["comment_id"]
    call("interactions", "DELETE", f"{PATH}/{parent}", user="cid")
    changed = call("interactions", "PATCH", f"{PATH}/{reply}", user="bob", body={"text": "so what"})
    assert (changed.status, changed.json["text"]) == (200, "so what")


@pytest.mark.parametrize("gone", ["suspended_at", "deleted_at"])
def test_a_comment_of_an_account_that_is_gone_is_not_there(call: Call, streams: Streams, gone: str) -> None:
    comment_id = write(call, user="bob").json["comment_id"]
    User("bob", created_at=1).update([getattr(User, gone).set(2)])
    assert listed(call) == []
    path = f"{PATH}/{comment_id}"
    missing = (404, "comment-not-found")
    assert problem(call("interactions", "GET", path, user="cid")) == missing
    assert problem(call("interactions", "PUT", f"{path}/like", user="cid")) == missing
    assert problem(call("interactions", "PUT", f"{path}/report", user="cid", body={"reason": "spam"})) == missing
    assert problem(write(call, user="cid", answers=comment_id)) == missing
    if gone == "suspended_at":
        assert call("interactions", "GET", path, user="bob").status == 200, "its author may look"


@pytest.mark.parametrize(
    ("method", "tail"), [("POST", ""), ("GET", ""), ("GET", "/1795420860000-0123456789ab/replies")]
)
def test_comments_of_a_private_video_are_its_owners(call: Call, aws: Config, method: str, tail: str) -> None:
    make(visibility="private")
    body = {"text": "hi"} if method == "POST" else None
    assert problem(call("interactions", method, PATH + tail, user="bob", body=body)) == (403, "video-private")
    assert call("interactions", method, PATH + tail, user="ann", body=body).status in (200, 201)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "invalid-request")),
        ({"text": "  "}, (422, "invalid-request")),
        ({"text": "x" * 501}, (422, "invalid-request")),
        ({"text": "\ud800"}, (422, "invalid-request")),
        ({"text": "x", "answers": "../../etc"}, (422, "invalid-request")),
        ({"text": "x", "state": "visible"}, (422, "invalid-request")),
        ("{", (400, "malformed-json")),
        ({"text": "x" * 2**20}, (413, "request-too-large")),
    ],
)
def test_a_bad_comment_gets_one_clear_answer(call: Call, aws: Config, body: Any, expected: tuple[int, str]) -> None:
    make()
    assert problem(call("interactions", "POST", PATH, body=body)) == expected


GUARDED = [
    ("POST", PATH),
    ("PATCH", f"{PATH}/1795420860000-0123456789ab"),
    ("PUT", f"{PATH}/1795420860000-0123456789ab/like"),
    ("DELETE", f"{PATH}/1795420860000-0123456789ab/like"),
    ("PUT", "/v1/videos/vid/pin/1795420860000-0123456789ab"),
    ("DELETE", "/v1/videos/vid/pin"),
    ("GET", "/v1/comments/pending"),
    ("PUT", "/v1/videos/vid/bookmark"),
    ("DELETE", "/v1/videos/vid/bookmark"),
    ("GET", "/v1/me/bookmarks"),
    ("GET", "/v1/videos/vid/likers"),
    ("PUT", "/v1/videos/vid/shares/link"),
    ("PUT", "/v1/videos/vid/report"),
    ("GET", "/v1/videos/vid/reports"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nothing_answers_without_a_token(call: Call, aws: Config, method: str, path: str) -> None:
    assert problem(call("interactions", method, path, user=None)) == (401, "token-missing")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/comments/pending"),
        ("GET", "/v1/videos/vid/reports"),
        ("GET", f"{PATH}/1795420860000-0123456789ab/reports"),
        ("POST", f"{PATH}/1795420860000-0123456789ab/verdict"),
    ],
)
def test_what_moderators_do_needs_the_role(call: Call, aws: Config, method: str, path: str) -> None:
    body = {"verdict": "approve"} if method == "POST" else None
    assert problem(call("interactions", method, path, body=body)) == (403, "role-missing")


def test_a_malformed_id_is_no_comment(call: Call, aws: Config) -> None:
    assert problem(call("interactions", "GET", f"{PATH}/nope")) == (422, "invalid-request")
