"""Takedown, appeal and restore through the handlers, with moto's storage and CloudFront."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.moderation.restore_video.handler import handler as restore
from functions.moderation.withdraw_video.handler import handler as withdraw
from functions.videos.publish_video_events.handler import handler as announce
from reelstack.events import RestoreGranted, VideoWithdrawn
from reelstack.moderation import takedowns
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.platform.stream_records import StreamRecord
from reelstack.tables.moderation import AuditEntry, Review
from reelstack.tables.videos import Video
from reelstack.videos import change_events, lifecycle, videos
from tests.support.edge_store import EdgeStore, edge_store
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
Event = Callable[[str], dict[str, Any]]
MOD = {"user": "mia", "roles": ("moderator",)}
OTHER = {"user": "max", "roles": ("moderator",)}
KEYS = ("1/master.m3u8", "1/preview.m3u8", "1/poster.jpg", "1/avc-480.mp4")


@pytest.fixture
def store(aws: Config) -> Iterator[EdgeStore]:
    """The edge's entries; the media bucket holds a video's objects, and there is a distribution."""
    s3 = seam.client("s3")
    for key in KEYS:
        s3.put_object(Bucket="media", Key=f"v/vid/{key}", Body=b"x")
    distribution = seam.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "x",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {"Id": "o", "DomainName": "m.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
                ],
            },
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        }
    )["Distribution"]["Id"]
    seam.client("ssm").put_parameter(Name=aws.distribution_parameter, Value=distribution, Type="String")
    with edge_store() as made:
        yield made


def keys(prefix: str) -> set[str]:
    found = seam.client("s3").list_objects_v2(Bucket="media", Prefix=prefix).get("Contents", [])
    return {item["Key"].removeprefix(prefix) for item in found}


def actions(video_id: str = "vid") -> list[str]:
    return [entry.action for entry in AuditEntry.query(f"video:{video_id}")]


def invalidations() -> int:
    """How many were made of the one distribution."""
    cloudfront = seam.client("cloudfront")
    distribution = cloudfront.list_distributions()["DistributionList"]["Items"][0]["Id"]
    return int(cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Quantity"])


def take_down(call: Call, **who: Any) -> Any:
    return call("moderation", "POST", "/v1/videos/vid/takedown", body={"reason": "not yours"}, **{**MOD, **who})


def appeal(call: Call, **who: Any) -> Any:
    return call("moderation", "POST", "/v1/videos/vid/appeal", body={"text": "it is mine"}, **who)


def decide(call: Call, verdict: str, **who: Any) -> Any:
    body = {"verdict": verdict, "reason": "looked again"}
    return call("moderation", "POST", "/v1/videos/vid/verdict", body=body, **{**OTHER, **who})


def withdrawn(event: Event, context: Any) -> None:
    assert withdraw(event("moderation/withdraw_video.deleted"), context)["moved"] in (0, len(KEYS))


# --- takedown --------------------------------------------------------------------------------------------------------


def test_a_takedown_hides_with_its_answer_and_withdraws_with_what_follows(
    store: EdgeStore, call: Call, event: Event, context: Any
) -> None:
    make()
    answer = take_down(call)
    assert (answer.status, answer.json["state"], answer.json["reason_message"]) == (
        200,
        "rejected",
        "A moderator took the clip down.",
    )
    assert call("feed", "GET", "/v1/feed/latest", user="bob").json["items"] == []
    for user in ("bob", "ann", "mia"):
        assert problem(call("videos", "GET", "/v1/videos/vid/playback", user=user)) == (403, "video-moderated")
    assert withdraw(event("moderation/withdraw_video.deleted"), context) == {"moved": len(KEYS)}
    assert (keys("v/vid/"), keys("quarantine/vid/")) == (set(), set(KEYS))
    assert int(store.entries["deny:vid"]) > time.time()
    assert invalidations() == 1
    assert actions() == ["taken-down"]


@pytest.mark.parametrize(
    ("state", "by"), [("deleted", None), ("rejected", "policy"), ("rejected", None)], ids=["owner", "policy", "machine"]
)
def test_only_what_staff_takes_down_is_invalidated(
    store: EdgeStore, event: Event, context: Any, state: str, by: str | None
) -> None:
    """Beyond 1,000 a month an invalidation costs half a cent, and CloudFront works on 15 at a time."""
    make()
    Video("vid").update(actions=[Video.state.set(state)])
    if by:
        Video("vid").update(actions=[Video.rejected_by.set(by)])
    withdrawn(event, context)
    assert "deny:vid" in store.entries
    assert invalidations() == 0


@pytest.mark.parametrize("code", ["TooManyInvalidationsInProgress", "Throttling", "AccessDenied"])
def test_a_takedown_does_not_fail_with_its_invalidation(
    store: EdgeStore, call: Call, event: Event, context: Any, code: str
) -> None:
    make()
    take_down(call)
    wire, name = seam.client("cloudfront").meta.events, "before-call.cloudfront.CreateInvalidation"

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": code}}, "CreateInvalidation")

    wire.register(name, refuse)
    try:
        withdrawn(event, context)
    finally:
        wire.unregister(name, refuse)
    assert (keys("v/vid/"), "deny:vid" in store.entries) == (set(), True)
    assert Video.get("vid").quarantined_at


def test_the_sample_event_is_answered(store: EdgeStore, event: Event, context: Any) -> None:
    from functions.moderation.api.handler import handler as moderation

    make()
    assert moderation(event("moderation/api.takedown"), context)["statusCode"] == 200


def test_withdrawing_again_and_taking_down_again_change_nothing(
    store: EdgeStore, call: Call, event: Event, context: Any
) -> None:
    make()
    assert [take_down(call).status for _ in range(2)] == [200, 200]
    for _ in range(2):
        withdrawn(event, context)
    assert (keys("v/vid/"), keys("quarantine/vid/"), actions()) == (set(), set(KEYS), ["taken-down"])


def test_a_withdrawal_that_broke_half_way_is_finished_by_the_next(
    store: EdgeStore, call: Call, event: Event, context: Any
) -> None:
    make()
    take_down(call)
    seam.client("s3").copy_object(
        Bucket="media", Key="quarantine/vid/1/poster.jpg", CopySource={"Bucket": "media", "Key": "v/vid/1/poster.jpg"}
    )
    seam.client("s3").delete_object(Bucket="media", Key="v/vid/1/poster.jpg")
    withdraw(event("moderation/withdraw_video.deleted"), context)
    assert (keys("v/vid/"), keys("quarantine/vid/")) == (set(), set(KEYS))


def test_what_production_writes_after_a_deletion_is_withdrawn_when_it_ends(
    store: EdgeStore, event: Event, context: Any
) -> None:
    make(state="deleted", preview={"prefix": "v/vid/1/", "master": "preview.m3u8"})
    withdrawn(event, context)
    seam.client("s3").put_object(Bucket="media", Key="v/vid/1/late.mp4", Body=b"x")
    assert not lifecycle.publish("vid", 1, {}, {})
    late = {"video_id": {"S": "vid"}, "state": {"S": "deleted"}, "leftovers": {"N": "1"}}
    before = {name: value for name, value in late.items() if name != "leftovers"}
    record = StreamRecord({"dynamodb": {"OldImage": before, "NewImage": late}})
    assert int(Video.get("vid").leftovers) == 1
    assert [type(found) for found in change_events.read(record)] == [VideoWithdrawn]
    withdraw(event("moderation/withdraw_video.deleted"), context)
    assert keys("v/vid/") == set()


def test_an_upload_that_was_given_up_costs_the_edge_nothing(store: EdgeStore, event: Event, context: Any) -> None:
    make(state="deleted")
    Video("vid").update(actions=[Video.asset.remove()])
    assert withdraw(event("moderation/withdraw_video.deleted"), context) == {"moved": 0}
    assert store.entries == {}


def test_a_video_made_private_keeps_its_objects_and_refuses_tokens_from_before(
    store: EdgeStore, call: Call, event: Event, context: Any
) -> None:
    make()
    call("videos", "PATCH", "/v1/videos/vid", body={"visibility": "private"})
    assert withdraw(event("moderation/withdraw_video.deleted"), context) == {"moved": 0}
    assert keys("v/vid/") == set(KEYS)
    until, _, since = store.entries["deny:vid"].partition("-")
    assert int(until) > time.time() >= int(since) > time.time() - 10


def test_a_late_event_does_not_touch_a_video_that_is_public_again(store: EdgeStore, event: Event, context: Any) -> None:
    make()
    assert withdraw(event("moderation/withdraw_video.deleted"), context) == {"moved": 0}
    assert (store.entries, keys("v/vid/")) == ({}, set(KEYS))


@pytest.mark.parametrize(
    ("before", "after", "withdrawn"),
    [
        (("published", "public"), ("published", "private"), True),
        (("published", "unlisted"), ("published", "private"), True),
        (("published", "public"), ("published", "unlisted"), False),
        (("published", "private"), ("published", "public"), False),
        (("published", "public"), ("review", "public"), True),
        (("processing", "public"), ("review", "public"), False),
        (("review", "public"), ("rejected", "public"), True),
        (("rejected", "public"), ("deleted", "public"), False),
        (("restoring", "public"), ("deleted", "public"), True),
        (("restoring", "public"), ("published", "public"), False),
    ],
)
def test_a_video_is_withdrawn_when_it_is_for_fewer_people(
    before: tuple[str, str], after: tuple[str, str], withdrawn: bool
) -> None:
    old, new = (
        {"video_id": {"S": "v"}, "state": {"S": state}, "visibility": {"S": seen}, "published_at": {"N": "1"}}
        for state, seen in (before, after)
    )
    found = change_events.read(StreamRecord({"dynamodb": {"OldImage": old, "NewImage": new}}))
    assert any(isinstance(event, VideoWithdrawn) for event in found) == withdrawn


@pytest.mark.parametrize("state", ["processing", "review", "rejected", "failed"])
def test_only_what_is_published_is_taken_down(store: EdgeStore, call: Call, state: str) -> None:
    make(state=state, reason="moderated" if state == "rejected" else None)
    assert problem(take_down(call)) == (409, "already-rejected" if state == "rejected" else "nothing-to-take-down")
    assert actions() == []


# --- appeal ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def appealed(store: EdgeStore, call: Call, event: Event, context: Any) -> EdgeStore:
    make(labels={"sexual": 0.2})
    take_down(call)
    withdrawn(event, context)
    assert appeal(call).status == 202
    return store


def test_a_granted_appeal_brings_objects_back_before_the_video(
    appealed: EdgeStore, call: Call, event: Event, context: Any
) -> None:
    assert decide(call, "approve").json["state"] == "restoring"
    assert problem(call("videos", "GET", "/v1/videos/vid/playback")) == (409, "video-processing")
    time.sleep(1.1)  # of two denials in one second, the one that refuses more holds
    assert restore(event("moderation/restore_video.granted"), context) == {"restored": True}
    video = Video.get("vid")
    assert (video.state, video.reason, int(video.published_at), int(video.shard)) == (
        "published",
        None,
        5,
        videos.shard_of("vid"),
    )
    assert (keys("v/vid/"), keys("quarantine/vid/")) == (set(KEYS), set())
    assert "-" in appealed.entries["deny:vid"], "tokens from before stay refused"
    assert restore(event("moderation/restore_video.granted"), context) == {"restored": False}
    assert actions() == ["taken-down", "appealed", "decided"]


def test_a_restore_that_finds_nothing_to_bring_back_publishes_nothing(
    appealed: EdgeStore, call: Call, event: Event, context: Any
) -> None:
    decide(call, "approve")
    for key in KEYS:
        seam.client("s3").delete_object(Bucket="media", Key=f"quarantine/vid/{key}")
    with pytest.raises(takedowns.MediaMissing):
        restore(event("moderation/restore_video.granted"), context)
    assert Video.get("vid").state == "restoring"


def test_a_declined_appeal_is_the_end_of_it(appealed: EdgeStore, call: Call) -> None:
    assert decide(call, "reject").json["state"] == "rejected"
    assert problem(appeal(call)) == (409, "already-appealed")
    assert problem(decide(call, "approve")) == (409, "already-decided")


def test_an_appeal_goes_to_somebody_else_than_the_first_verdict(appealed: EdgeStore, call: Call) -> None:
    assert problem(decide(call, "approve", **MOD)) == (403, "second-reviewer-required")
    claim = call("moderation", "POST", "/v1/reviews/vid/claim", **MOD)
    assert problem(claim) == (403, "second-reviewer-required")
    assert problem(decide(call, "approve", user="ann", roles=("admin",))) == (403, "own-video")
    assert Video.get("vid").state == "rejected"


def test_an_appeal_cannot_be_granted_while_objects_are_still_on_their_way_out(store: EdgeStore, call: Call) -> None:
    make()
    take_down(call)
    appeal(call)
    assert problem(decide(call, "approve")) == (409, "withdrawal-in-progress")
    assert Review.get("vid").queue == "appeals"


def test_each_verdict_can_be_appealed_once(appealed: EdgeStore, call: Call, event: Event, context: Any) -> None:
    assert problem(appeal(call)) == (409, "already-appealed")
    decide(call, "approve")
    restore(event("moderation/restore_video.granted"), context)
    take_down(call)
    assert appeal(call).status == 202, "a new verdict"


def test_an_appeal_comes_in_time_or_not_at_all(store: EdgeStore, call: Call, aws: Config) -> None:
    make()
    take_down(call)
    long_ago = videos.now_ms() - (aws.appeal_days * 24 * 3600 + 1) * 1000
    Video("vid").update(actions=[Video.rejected_at.set(long_ago)])
    assert problem(appeal(call)) == (409, "appeal-too-late")


@pytest.mark.parametrize(
    ("state", "reason"), [("published", None), ("rejected", "corrupt"), ("failed", "production-failed")]
)
def test_only_a_verdict_of_moderation_can_be_appealed(
    store: EdgeStore, call: Call, state: str, reason: str | None
) -> None:
    make(state=state, reason=reason)
    assert problem(appeal(call)) == (409, "nothing-to-appeal")


def test_moderators_see_what_is_in_quarantine_by_addresses_that_expire(appealed: EdgeStore, call: Call) -> None:
    seen = call("moderation", "GET", "/v1/reviews/vid", **OTHER).json
    assert (seen["appeal"], seen["reason"], seen["kind"]) == ("it is mine", "taken-down", "appeal")
    assert {item["name"] for item in seen["evidence"]} == {"poster.jpg", "avc-480.mp4"}
    assert all("X-Amz-Expires=300" in item["url"] for item in seen["evidence"])


def test_a_deleted_video_leaves_the_queue(appealed: EdgeStore, call: Call, event: Event, context: Any) -> None:
    record = event("videos/publish_video_events.deleted")
    announce(record, context)
    assert Review.get("vid").queue is None
    assert problem(call("moderation", "GET", "/v1/reviews/vid", **OTHER)) == (409, "question-closed")


def test_a_granted_appeal_is_announced(event: Event) -> None:
    record = event("videos/publish_video_events.published")["Records"][0]
    record["dynamodb"]["NewImage"] |= {"state": {"S": "restoring"}}
    assert RestoreGranted(video_id="vid") in change_events.read(StreamRecord(record))


# --- rights and forms ------------------------------------------------------------------------------------------------

ROUTES = [
    ("POST", "/v1/videos/vid/takedown", {"reason": "x"}, "moderator"),
    ("POST", "/v1/videos/vid/appeal", {"text": "x"}, "creator"),
    ("GET", "/v1/videos/vid/audit", None, "moderator"),
    ("GET", "/v1/reviews", None, "moderator"),
    ("GET", "/v1/reviews/vid", None, "moderator"),
    ("POST", "/v1/reviews/vid/claim", None, "moderator"),
    ("DELETE", "/v1/reviews/vid/claim", None, "moderator"),
    ("POST", "/v1/remoderations", {}, "admin"),
]
LOWER = {"creator": ("viewer",), "moderator": ("viewer", "creator"), "admin": ("viewer", "creator", "moderator")}


@pytest.mark.parametrize(("method", "path", "body", "role"), ROUTES)
def test_a_route_of_moderation_wants_a_token_and_its_role(
    aws: Config, call: Call, method: str, path: str, body: Any, role: str
) -> None:
    make()
    assert call("moderation", method, path, body=body, user=None).status == 401
    for lower in LOWER[role]:
        assert problem(call("moderation", method, path, body=body, roles=(lower,))) == (403, "role-missing")
    assert actions() == []


def test_only_the_owner_appeals(store: EdgeStore, call: Call) -> None:
    make()
    take_down(call)
    assert problem(appeal(call, user="bob")) == (403, "not-your-video")


@pytest.mark.parametrize(
    ("path", "field", "longest"), [("takedown", "reason", 500), ("appeal", "text", 2000)], ids=["takedown", "appeal"]
)
def test_a_body_of_another_form_is_refused(aws: Config, call: Call, path: str, field: str, longest: int) -> None:
    make()
    path, who = f"/v1/videos/vid/{path}", {"user": "mia", "roles": ("moderator",)}
    for body in ({}, {field: " "}, {field: "x" * (longest + 1)}, {field: "x", "state": "published"}, []):
        assert problem(call("moderation", "POST", path, body=body, **who)) == (422, "invalid-request")
    assert problem(call("moderation", "POST", path, body="{", **who)) == (400, "malformed-json")
    assert problem(call("moderation", "POST", path, body={field: "x" * 2**20}, **who)) == (413, "request-too-large")


@pytest.mark.parametrize("query", ["queue=all", "order=title", "limit=0", "limit=51"])
def test_a_list_of_another_form_is_refused(aws: Config, call: Call, query: str) -> None:
    assert problem(call("moderation", "GET", f"/v1/reviews?{query}", **MOD)) == (422, "invalid-request")
    assert problem(call("moderation", "GET", "/v1/reviews?cursor=x", **MOD)) == (422, "cursor-invalid")
    assert problem(
        call("moderation", "POST", "/v1/remoderations", body={"limit": 101}, user="ada", roles=("admin",))
    ) == (
        422,
        "invalid-request",
    )


def test_nobody_decides_about_what_is_not_there(store: EdgeStore, call: Call) -> None:
    assert problem(take_down(call)) == (404, "video-not-found")
    assert problem(appeal(call)) == (404, "video-not-found")
    assert problem(call("moderation", "GET", "/v1/videos/vid/audit", **MOD)) == (404, "video-not-found")
    assert problem(call("moderation", "POST", "/v1/reviews/vid/claim", **MOD)) == (404, "video-not-found")
    make()
    assert problem(call("moderation", "POST", "/v1/reviews/vid/claim", **MOD)) == (409, "nothing-to-decide")


def test_what_became_of_a_private_video_is_nobodys_business(aws: Config, call: Call) -> None:
    for state in ("processing", "review", "published", "rejected", "failed"):
        make(state=state, visibility="private")
        for tail in ("", "/playback"):
            assert problem(call("videos", "GET", f"/v1/videos/vid{tail}", user="bob")) == (403, "video-private")
