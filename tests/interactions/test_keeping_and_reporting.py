"""Bookmarks, shares, who likes my video, and reports on their way to a moderator."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from reelstack import audit_log
from reelstack.interactions import comment_ranking
from reelstack.moderation import reports, review_queue
from reelstack.platform.config import Config
from reelstack.tables.interactions import Comment
from reelstack.tables.model import connection
from reelstack.tables.moderation import Report, Review
from reelstack.tables.videos import Video
from tests.interactions.test_comments import block, write
from tests.support.streams import Streams
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
MIA = {"user": "mia", "roles": ("moderator",)}
SPAM = {"reason": "spam", "detail": "sells watches"}


@pytest.fixture
def streams(aws: Config, context: Any) -> Streams:
    make()
    return Streams(context)


def report(call: Call, user: str, path: str = "/v1/videos/vid/report", **body: Any) -> Any:
    return call("interactions", "PUT", path, user=user, body=SPAM | body)


# --- bookmarks and shares --------------------------------------------------------------------------------------------


def test_bookmarks_are_listed_newest_first_and_counted_once(call: Call, streams: Streams) -> None:
    names = [f"v{number}" for number in range(5)]
    for name in names:
        make(name)
        for _ in range(2):
            assert call("interactions", "PUT", f"/v1/videos/{name}/bookmark", user="bob").status == 204
    call("interactions", "DELETE", "/v1/videos/v2/bookmark", user="bob")
    seen, cursor = list[str](), ""
    while True:
        page = call("interactions", "GET", f"/v1/me/bookmarks?limit=2{cursor}", user="bob").json
        seen += [item["video_id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == ["v4", "v3", "v1", "v0"]
    assert call("interactions", "GET", "/v1/me/bookmarks", user="cid").json["items"] == []
    streams.flow()
    assert [call("videos", "GET", f"/v1/videos/{name}").json["bookmarks"] for name in names] == [1, 1, 0, 1, 1]


def test_a_share_is_one_link_a_channel_and_counts_once(call: Call, streams: Streams) -> None:
    one, again, other = (
        call("interactions", "PUT", f"/v1/videos/vid/shares/{channel}", user="bob").json
        for channel in ("link", "link", "message")
    )
    assert one == again
    assert one["url"] == f"/@-/vid?from={one['share_id']}"
    assert other["share_id"] != one["share_id"]
    streams.flow()
    assert call("videos", "GET", "/v1/videos/vid").json["shares"] == 2
    assert call("interactions", "PUT", "/v1/videos/vid/shares/fax", user="bob").status == 422


@pytest.mark.parametrize("path", ["like", "bookmark", "shares/link", "report"])
def test_across_a_block_a_video_is_not_there(call: Call, streams: Streams, path: str) -> None:
    block("ann", "bob")
    body = SPAM if path == "report" else None
    answer = call("interactions", "PUT", f"/v1/videos/vid/{path}", user="bob", body=body)
    assert problem(answer) == (404, "video-not-found")


@pytest.mark.parametrize("path", ["like", "bookmark", "shares/link", "report"])
def test_what_is_not_published_takes_nothing(call: Call, aws: Config, path: str) -> None:
    make(state="processing")
    body = SPAM if path == "report" else None
    answer = call("interactions", "PUT", f"/v1/videos/vid/{path}", user="bob", body=body)
    assert problem(answer) == (409, "video-processing")


def test_only_owner_and_moderators_are_told_who_likes_a_video(call: Call, streams: Streams) -> None:
    call("interactions", "PUT", "/v1/videos/vid/like", user="bob")
    path = "/v1/videos/vid/likers"
    for who in ({"user": "ann"}, MIA):
        assert [item["user_id"] for item in call("interactions", "GET", path, **who).json["items"]] == ["bob"]
    assert problem(call("interactions", "GET", path, user="bob")) == (403, "not-your-video")


# --- reports ---------------------------------------------------------------------------------------------------------


def waiting(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("moderation", "GET", "/v1/reviews?order=severity", **MIA).json["items"]
    return found


def decide(call: Call, verdict: str) -> Any:
    body = {"verdict": verdict, "reason": "seen"}
    return call("moderation", "POST", "/v1/videos/vid/verdict", body=body, **MIA)


def test_a_report_opens_a_review_and_each_further_person_makes_it_more_urgent(call: Call, streams: Streams) -> None:
    for number, score in enumerate((0.5, 0.75, 0.875)):
        assert [report(call, f"u{number}").status for _ in range(2)] == [204, 204]
        streams.flow()
        (asked,) = waiting(call)
        assert (asked["kind"], asked["labels"]["reported"]) == ("reports", score)
    assert Report.count("u0") == 1
    said = call("interactions", "GET", "/v1/videos/vid/reports", **MIA).json["items"]
    assert [one["reporter_id"] for one in said] == ["u2", "u1", "u0"]
    assert [deed.action for deed in audit_log.list_entries("vid", 10, None)[0]] == ["reported"] * 3


def test_a_report_makes_an_open_review_more_urgent_and_leaves_its_kind(call: Call, streams: Streams) -> None:
    question = review_queue.question(Video.get("vid"), review_queue.Kind.POLICY, {"sexual": 0.2})
    audit_log.commit(audit_log.entry("vid", audit_log.POLICY, "asked", ""), question)
    report(call, "bob")
    Video("vid").update([Video.state.set("review")])
    streams.flow()
    (asked,) = waiting(call)
    assert (asked["kind"], asked["labels"]) == ("policy", {"sexual": 0.2, "reported": 0.5})
    assert Review.get("vid").urgency > review_queue.urgency({"sexual": 0.2}, asked["asked_at"])


def test_a_video_found_harmless_is_asked_about_again_when_twice_as_many_say_so(call: Call, streams: Streams) -> None:
    for number in range(2):
        report(call, f"u{number}")
    streams.flow()
    assert decide(call, "approve").json["state"] == "published"
    report(call, "u2")
    streams.flow()
    assert waiting(call) == []
    report(call, "u3")
    streams.flow()
    assert len(waiting(call)) == 1


def test_a_clip_that_a_crowd_reports_is_not_counted_whole_for_each_batch(
    call: Call, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_COUNTED", 8)
    for number in range(30):
        Report(f"u{number}", "vid", reason="spam", reported_at=number).save()
    read, wire = list[int](), connection().client.meta.events

    def note(parsed: dict[str, Any], **_: Any) -> None:
        read.append(parsed["ScannedCount"])

    wire.register("after-call.dynamodb.Query", note)
    streams.flow()
    wire.unregister("after-call.dynamodb.Query", note)
    assert sum(read) <= 2 * 8, "the batch comes twice"
    assert Review.get("vid").reports == 8
    assert [deed.action for deed in audit_log.list_entries("vid", 10, None)[0]] == ["reported"]


def test_a_reported_video_that_a_moderator_rejects_is_taken_down(call: Call, streams: Streams) -> None:
    report(call, "bob")
    streams.flow()
    assert decide(call, "reject").json["state"] == "rejected"
    assert problem(call("videos", "GET", "/v1/videos/vid", user="bob")) == (403, "video-moderated")
    report(call, "cid")
    streams.flow()
    assert waiting(call) == []


def test_a_reported_comment_waits_in_its_queue_and_stays_readable(call: Call, streams: Streams) -> None:
    path = f"/v1/videos/vid/comments/{write(call).json['comment_id']}"
    for user in ("u0", "u1", "u1"):
        assert report(call, user, f"{path}/report").status == 204
    streams.flow()
    (asked,) = call("interactions", "GET", "/v1/comments/pending?queue=reported", **MIA).json["items"]
    assert (asked["reports"], asked["state"]) == (2, "visible")
    assert len(call("interactions", "GET", f"{path}/reports", **MIA).json["items"]) == 2
    assert call("interactions", "POST", f"{path}/verdict", body={"verdict": "approve"}, **MIA).status == 200
    report(call, "u2", f"{path}/report")
    streams.flow()
    assert call("interactions", "GET", "/v1/comments/pending?queue=reported", **MIA).json["items"] == []
    assert next(iter(Comment.scan())).reports == 2


def test_an_edit_does_not_take_a_reported_comment_out_of_its_queue(call: Call, streams: Streams) -> None:
    path = f"/v1/videos/vid/comments/{write(call).json['comment_id']}"
    report(call, "u0", f"{path}/report")
    streams.flow()
    call("interactions", "PATCH", path, user="bob", body={"text": "harmless"})
    (asked,) = call("interactions", "GET", "/v1/comments/pending?queue=reported", **MIA).json["items"]
    assert asked["text"] == "harmless"


@pytest.mark.parametrize(("times", "expected"), [(1, 200), (99, 503)])
def test_an_edit_loses_no_report_that_comes_in_between(call: Call, streams: Streams, times: int, expected: int) -> None:
    path = f"/v1/videos/vid/comments/{write(call).json['comment_id']}"
    comment = next(iter(Comment.scan()))
    queues = itertools.cycle(("reported", "held"))
    wire = connection().client.meta.events

    def asked(**_: Any) -> None:
        nonlocal times
        if times:
            times -= 1
            comment.update([Comment.queue.set(next(queues))])

    wire.register("before-call.dynamodb.TransactWriteItems", asked)
    answer = call("interactions", "PATCH", path, user="bob", body={"text": "harmless"})
    wire.unregister("before-call.dynamodb.TransactWriteItems", asked)
    assert answer.status == expected
    found = next(iter(Comment.scan()))
    assert (found.text, bool(found.queue)) == ("harmless" if expected == 200 else "Nice!", True)


def test_an_edit_leaves_a_comment_where_likes_put_it(call: Call, streams: Streams) -> None:
    comment_id = write(call).json["comment_id"]
    path = f"/v1/videos/vid/comments/{comment_id}"
    comment = next(iter(Comment.scan()))
    wire = connection().client.meta.events

    def liked(**_: Any) -> None:
        comment.update([Comment.rank.set(comment_ranking.rank(8, comment_id))])

    wire.register("before-call.dynamodb.TransactWriteItems", liked)
    changed = call("interactions", "PATCH", path, user="bob", body={"text": "Very nice!"}).json
    wire.unregister("before-call.dynamodb.TransactWriteItems", liked)
    assert changed["score"] == 8


@pytest.mark.parametrize("body", [{"reason": "dislike"}, {"detail": "x" * 501}, {"more": 1}])
def test_a_bad_report_is_refused(call: Call, streams: Streams, body: Any) -> None:
    assert problem(report(call, "bob", **body)) == (422, "invalid-request")


def test_more_people_are_more_severe_and_never_certain() -> None:
    scores = [reports.severity(people) for people in (1, 2, 3, 10)]
    assert scores == sorted(scores)
    assert scores[-1] < 1


def test_the_sample_event_of_reports_is_followed(aws: Config, event: Callable[[str], Any], context: Any) -> None:
    from functions.moderation.open_reviews.handler import handler

    make()
    assert handler(event("moderation/open_reviews.reported"), context) == {"asked": 1}
    assert handler(event("moderation/open_reviews.reported"), context) == {"asked": 0}
    assert review_queue.find_open("vid").kind == "reports"


@pytest.mark.parametrize("case", ["comments.write", "comments.list", "report.video"])
def test_the_sample_events_of_interactions_are_answered(
    streams: Streams, event: Callable[[str], Any], context: Any, case: str
) -> None:
    from functions.interactions.api.handler import handler

    answer = handler(event(f"interactions/api.{case.replace('.', '_')}"), context)
    assert answer["statusCode"] == {"comments.write": 201, "comments.list": 200, "report.video": 204}[case]
