"""Notifications through the handlers: records in, inbox out, pushes to a gateway and to SNS of their own."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from reelstack.interactions import comment_ids
from reelstack.notifications import activities, devices, notifications, push
from reelstack.platform import aws as seam
from reelstack.platform import stream_records
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import blocks
from reelstack.tables.accounts import Handle, User
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Comment, CommentLike, Like
from reelstack.tables.notifications import Connection, Device, Notification
from tests.conftest import REGION
from tests.support.functions import handler_of
from tests.support.sockets import Gateway
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
Event = Callable[[str], dict[str, Any]]
AT = 1795420800000
SEQUENCE = itertools.count(10**20)
COMMENT = "1795420800000-3f2a9c01d4e7"


def handle(function: str, event: dict[str, Any], context: Any) -> Any:
    return handler_of(function)(event, context)


def record(table: str, item: Any, before: Any = None) -> dict[str, Any]:
    images = {"NewImage": item, "OldImage": before}
    return {
        "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/now",
        "dynamodb": {name: one.serialize() for name, one in images.items() if one}
        | {"SequenceNumber": str(next(SEQUENCE))},
    }


def like(user_id: str, at: int = AT, video_id: str = "vid") -> dict[str, Any]:
    return record("likes_table", Like(user_id, video_id, liked_at=at))


def comment(author_id: str, text: str = "Nice", **more: Any) -> Comment:
    comment_id = more.pop("comment_id", f"{AT}-{author_id.encode().hex():0<12.12}")
    values = {"video_id": "vid", "author_id": author_id, "state": "visible", "text": text, "created_at": AT}
    return Comment(comment_ids.thread_of("vid", comment_id), comment_id, **(values | {"mentions": []} | more))


@pytest.fixture
def notify(aws: Config, context: Any) -> Callable[..., int]:
    make()
    return lambda *records: handle("notify", {"Records": list(records)}, context)["notifications"]


def inbox(call: Call, user: str = "ann") -> list[dict[str, Any]]:
    """Every page, two at a time."""
    seen, cursor = [], ""
    while True:
        page = call("notifications", "GET", f"/v1/me/notifications?limit=2{cursor}", user=user).json
        seen += page["items"]
        if page["cursor"] is None:
            return seen
        cursor = f"&cursor={page['cursor']}"


def told(call: Call, user: str = "ann") -> dict[str, list[str]]:
    return {one["subject"]: sorted(one["people"]) for one in inbox(call, user)}


def test_likes_of_a_video_are_one_notification_however_often_they_are_told(call: Call, notify: Any) -> None:
    records = [like("bob", AT), like("cid", AT + 5)]
    assert notify(*records) == 1
    assert notify(*records) == 0
    assert notify(like("dan", AT + 9), records[0]) == 1
    (one,) = inbox(call)
    assert (one["kind"], one["video_id"], one["count"], one["people"]) == ("like", "vid", 3, ["dan", "cid", "bob"])
    assert (one["unread"], one["pushed"]) == (True, "none")


def test_more_people_than_are_kept_are_as_many_as_the_counter_says(call: Call, notify: Any) -> None:
    Counter("vid", likes=41).save()
    notify(*(like(f"user{n}", AT + n) for n in range(30)))
    (one,) = inbox(call)
    assert (one["count"], one["people"]) == (41, ["user29", "user28", "user27"])
    assert notify(like("late", AT + 99)) == 0, "a hot one rests"


def test_a_hot_one_that_was_stored_and_not_pushed_is_pushed_when_it_comes_again(call: Call, notify: Any) -> None:
    register(call, "ann", "ios")
    everybody = [like(f"user{n}", AT + n) for n in range(30)]
    notifications.store(
        activities.of_records(stream_records.read({"Records": everybody}))
    )  # and then the process ended
    assert notify(like("late", AT + 99)) == 0, "another's: a hot one rests"
    assert notify(*everybody) == 1
    assert inbox(call)[0]["pushed"] == "sent"
    assert notify(*everybody) == 0


def test_a_comment_a_reply_and_a_mention_tell_those_they_concern_once(call: Call, notify: Any) -> None:
    mine = comment("bob", comment_id=COMMENT)
    mine.save()
    User("eve", created_at=1, handle="eve").save()
    Handle("eve", user_id="eve").save()
    answer = comment("cid", "@eve look", comment_id=f"{COMMENT}.{AT}-aaaaaaaaaaaa", mentions=["eve", "nobody_here"])
    notify(record("comments_table", mine), record("comments_table", answer))
    notify(record("comment_likes_table", CommentLike("ann", f"vid/{COMMENT}", liked_at=AT)))
    assert told(call) == {"comment#vid": ["bob"]}
    assert told(call, "bob") == {f"reply#vid/{COMMENT}": ["cid"], f"comment-like#vid/{COMMENT}": ["ann"]}
    assert told(call, "eve") == {f"mention#vid/{answer.comment_id}": ["cid"]}
    (one,) = inbox(call, "eve")
    assert (one["about_comment_id"], one["comment_id"]) == (answer.comment_id, answer.comment_id)


def test_a_comment_is_told_when_it_becomes_visible_and_an_edit_tells_new_mentions_only(call: Call, notify: Any) -> None:
    held, shown = comment("bob", state="held"), comment("bob")
    assert notify(record("comments_table", held)) == 0
    assert notify(record("comments_table", shown, held)) == 1
    User("eve", created_at=1, handle="eve").save()
    Handle("eve", user_id="eve").save()
    assert notify(record("comments_table", comment("bob", mentions=["eve"], created_at=AT + 9), shown)) == 1
    assert list(told(call, "eve")) == [f"mention#vid/{shown.comment_id}"]


def test_nobody_is_told_what_they_do_themselves_or_of_what_they_may_not_see(call: Call, notify: Any) -> None:
    assert notify(like("ann"), like("bob", video_id="gone")) == 0
    make("secret", visibility="private")
    User("eve", created_at=1, handle="eve").save()
    Handle("eve", user_id="eve").save()
    notify(record("comments_table", comment("ann", mentions=["eve"], video_id="secret")))
    assert told(call, "eve") == {}


def test_blocked_muted_suspended_people_and_kinds_switched_off_tell_nothing(call: Call, notify: Any) -> None:
    blocks.block("bob", "ann")
    assert call("notifications", "PUT", "/v1/me/mutes/cid").status == 204
    User("dan", created_at=1, suspended_at=2).save()
    assert notify(like("bob"), like("cid"), like("dan")) == 0
    assert [one["user_id"] for one in call("notifications", "GET", "/v1/me/mutes").json["items"]] == ["cid"]
    assert call("notifications", "PUT", "/v1/me/notification-preferences", body={"off": ["like"]}).json == {
        "off": ["like"]
    }
    assert notify(like("eve")) == 0
    assert notify(record("comments_table", comment("eve"))) == 1
    call("notifications", "PUT", "/v1/me/notification-preferences", body={"off": []})
    call("notifications", "DELETE", "/v1/me/mutes/cid")
    assert notify(like("cid"), like("eve")) == 1
    assert told(call) == {"comment#vid": ["eve"], "like#vid": ["cid", "eve"]}


def test_a_block_and_a_deleted_video_take_effect_on_what_is_in_the_inbox(call: Call, notify: Any) -> None:
    make("other")
    notify(like("bob"), like("bob", video_id="other"), like("cid", video_id="other"))
    blocks.block("ann", "bob")
    assert told(call) == {"like#other": ["cid"]}
    assert call("notifications", "GET", "/v1/me/notifications/unread").json == {"unread": 1}
    call("videos", "DELETE", "/v1/videos/other")
    assert told(call) == {}


def test_what_was_read_is_unread_again_when_more_comes(call: Call, notify: Any) -> None:
    notify(like("bob"))
    (one,) = inbox(call)
    assert call("notifications", "PUT", "/v1/me/notifications/read", body={"to": one["at"]}).json == {"unread": 0}
    assert call("notifications", "PUT", "/v1/me/notifications/read", body={"to": 0}).json == {"unread": 0}
    assert [one["unread"] for one in inbox(call)] == [False]
    notify(like("cid", AT + 1))
    assert [one["unread"] for one in inbox(call)] == [True]


def test_the_inbox_is_its_owners_and_malformed_requests_are_refused(call: Call, notify: Any) -> None:
    notify(like("bob"))
    assert inbox(call, "bob") == []
    bad = [
        ("PUT", "/v1/me/notifications/read", {"to": -1}),
        ("PUT", "/v1/me/notifications/read", {}),
        ("PUT", "/v1/me/notification-preferences", {"off": ["nonsense"]}),
        ("PUT", "/v1/me/notification-preferences", {"off": ["like"] * 12}),
        ("PUT", "/v1/me/devices/phone", {"platform": "ios", "token": "x" * 1025}),
        ("PUT", "/v1/me/devices/a%20b", {"platform": "ios", "token": "0123456789"}),
        ("GET", "/v1/me/notifications?cursor=nonsense", None),
    ]
    for method, path, body in bad:
        assert call("notifications", method, path, body=body).status == 422, path
    assert call("notifications", "PUT", "/v1/me/notifications/read", body="x" * 40_000).status == 413


# --- what the bus says -----------------------------------------------------------------------------------------------


def test_follows_requests_and_their_acceptance_are_told(call: Call, notify: Any, event: Event, context: Any) -> None:
    follow = event("notifications/notify.followed")
    for _ in range(2):
        handle("notify", follow, context)
    handle("notify", follow | {"detail": follow["detail"] | {"follower_id": "cid", "state": "requested"}}, context)
    handle("notify", follow | {"detail": follow["detail"] | {"follower_id": "dan", "accepted": True}}, context)
    assert told(call) == {"follow#": ["bob"], "follow-request#": ["cid"]}
    assert told(call, "dan") == {"follow-accepted#": ["ann"]}


def test_what_mend_timelines_says_of_a_follow_is_what_notify_hears(notify: Any, event: Event, context: Any) -> None:
    from reelstack.videos import change_events

    found = [
        one
        for item in stream_records.read(event("feed/update_timelines.accepted"))
        for one in change_events.read_follow(item)
    ]
    assert [(one.state, one.accepted) for one in found] == [("requested", False), ("following", True)]


def test_an_owner_is_told_what_became_of_a_video(call: Call, notify: Any, event: Event, context: Any) -> None:
    published = event("feed/fan_out_video.published")
    handle("notify", published, context)
    refused = {"video_id": "vid", "owner_id": "ann", "state": "rejected", "reason": "moderated"}
    handle("notify", published | {"detail-type": "VideoRefused", "detail": refused}, context)
    assert told(call) == {"refused#vid": [], "published#vid": []}


def test_the_samples_of_events_are_taken(notify: Any, event: Event, context: Any, call: Call) -> None:
    assert handle("notify", event("notifications/notify.likes"), context)["notifications"] == 1
    assert handle("notifications", event("notifications/api.inbox"), context)["statusCode"] == 200


# --- connections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def gateway(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    made = Gateway()
    monkeypatch.setenv(f"{PREFIX}SOCKET_URL", made.url)
    config.cache_clear()
    yield made
    made.close()


def ticket(call: Call, user: str = "ann") -> str:
    answer = call("notifications", "POST", "/v1/me/connection", user=user, session="s1")
    assert answer.status == 201
    return parse_qs(urlsplit(answer.json["url"]).query)["ticket"][0]


def authorize(event: Event, context: Any, shown: str) -> tuple[str, str]:
    asked = event("notifications/websocket.authorize") | {"queryStringParameters": {"ticket": shown}}
    said = handle("websocket", asked, context)
    return said["principalId"], said["policyDocument"]["Statement"][0]["Effect"]


def opened(event: Event, context: Any, gateway: Gateway, connection_id: str = "c1=") -> None:
    connected = event("notifications/websocket.opened")
    connected["requestContext"]["connectionId"] = connection_id
    gateway.open.add(connection_id)
    assert handle("websocket", connected, context) == {"statusCode": 200}


def test_a_ticket_lets_its_holder_in_once(call: Call, aws: Config, event: Event, context: Any) -> None:
    shown = ticket(call)
    assert authorize(event, context, shown) == ("ann", "Allow")
    assert authorize(event, context, shown) == ("nobody", "Deny")
    assert authorize(event, context, "made-up") == ("nobody", "Deny")


def test_a_revoked_session_and_a_suspended_account_are_not_let_in(
    call: Call, aws: Config, event: Event, context: Any
) -> None:
    shown, other = ticket(call), ticket(call, "bob")
    assert call("accounts", "DELETE", "/v1/me/sessions/s1", session="s2").status == 204
    assert authorize(event, context, shown) == ("nobody", "Deny")
    User("bob").update([User.suspended_at.set(5)])
    assert authorize(event, context, other) == ("nobody", "Deny")


def test_a_push_reaches_open_connections_and_forgets_closed_ones(
    call: Call, notify: Any, event: Event, context: Any, gateway: Gateway
) -> None:
    ticket(call)  # a request by which the session is known
    opened(event, context, gateway)
    opened(event, context, gateway, "c2=")
    gateway.open.discard("c2=")
    notify(like("bob"))
    ((connection_id, said),) = gateway.posted
    assert (connection_id, said["unread"], said["notification"]["people"]) == ("c1=", 1, ["bob"])
    assert [one.connection_id for one in Connection.query("ann")] == ["c1="]
    assert inbox(call)[0]["pushed"] == "sent"
    gateway.failing = True
    notify(like("cid"))
    assert inbox(call)[0]["pushed"] == "failed"
    handle("websocket", event("notifications/websocket.closed"), context)


def test_a_revoked_session_hears_no_more(call: Call, notify: Any, event: Event, context: Any, gateway: Gateway) -> None:
    ticket(call)
    opened(event, context, gateway)
    call("accounts", "DELETE", "/v1/me/sessions/s1", session="s2")
    notify(like("bob"))
    assert (gateway.posted, gateway.open, inbox(call)[0]["pushed"]) == ([], set(), "none")


def test_the_oldest_of_too_many_connections_is_closed(
    call: Call, aws: Config, event: Event, context: Any, gateway: Gateway
) -> None:
    for n in range(11):
        opened(event, context, gateway, f"c{n}=")
    assert len(gateway.open) == 10
    assert "c10=" in gateway.open


# --- phones ----------------------------------------------------------------------------------------------------------


def register(call: Call, user: str, platform: str, token: str = "0123456789abcdef") -> Any:
    return call(
        "notifications", "PUT", "/v1/me/devices/phone", user=user, body={"platform": platform, "token": token}
    ).json


def test_a_phone_gets_what_comes_and_is_forgotten_when_its_app_is_gone(call: Call, notify: Any) -> None:
    assert register(call, "ann", "ios")["problem"] is None
    assert register(call, "ann", "ios")["problem"] is None
    notify(like("bob"))
    (device,) = Device.query("ann")
    assert device.endpoint
    endpoint = sns_backends[DEFAULT_ACCOUNT_ID][REGION].platform_endpoints[device.endpoint]
    ((_, message),) = endpoint.messages.items()
    said = json.loads(json.loads(message)["APNS_SANDBOX"])
    assert said["aps"]["alert"] == {"loc-key": "notification.like", "loc-args": ["1"]}
    assert inbox(call)[0]["pushed"] == "sent"
    seam.client("sns").set_endpoint_attributes(EndpointArn=device.endpoint, Attributes={"Enabled": "false"})
    notify(like("cid"))
    assert call("notifications", "GET", "/v1/me/devices").json == {"items": []}


def endpoints() -> list[str]:
    """Of every phone that SNS knows."""
    return list(sns_backends[DEFAULT_ACCOUNT_ID][REGION].platform_endpoints)


def test_a_phone_with_a_new_token_leaves_no_endpoint_behind(call: Call, notify: Any) -> None:
    register(call, "ann", "ios")
    register(call, "ann", "ios", "another-token-of-the-same-phone")
    (device,) = Device.query("ann")
    assert endpoints() == [device.endpoint]
    assert call("notifications", "DELETE", "/v1/me/devices/phone").status == 204
    assert endpoints() == []


def test_the_phone_of_a_revoked_sign_in_hears_no_more_and_is_forgotten(call: Call, notify: Any) -> None:
    wanted = {"platform": "ios", "token": "0123456789abcdef"}
    assert call("notifications", "PUT", "/v1/me/devices/phone", body=wanted, session="s1").status == 200
    notify(like("bob"))
    assert inbox(call)[0]["pushed"] == "sent"
    assert call("accounts", "DELETE", "/v1/me/sessions/s1", session="s2").status == 204
    notify(like("cid"))
    assert (inbox(call)[0]["pushed"], list(Device.query("ann")), endpoints()) == ("none", [], [])


def test_when_nobody_answers_in_time_the_rest_is_in_the_inbox_only(call: Call, aws: Config) -> None:
    make()
    register(call, "ann", "ios")
    (item,) = notifications.store(activities.of_records(stream_records.read({"Records": [like("bob")]})))
    assert push.push(item, until=time.monotonic()) == notifications.Pushed.FAILED
    assert inbox(call)[0]["pushed"] == "failed"


def test_a_platform_that_the_stage_lacks_is_the_devices_problem(call: Call, aws: Config) -> None:
    assert register(call, "ann", "android")["problem"] == "platform-off"
    assert call("notifications", "DELETE", "/v1/me/devices/phone").status == 204


def test_a_phone_that_changes_hands_is_its_new_owners_only(call: Call, aws: Config) -> None:
    register(call, "ann", "ios")
    register(call, "bob", "ios")
    assert [item.user_id for item in Device.scan()] == ["bob"]


def test_devices_have_a_limit(call: Call, aws: Config) -> None:
    for n in range(devices.MOST):
        Device("ann", f"d{n}", platform="ios", token=f"t{n}", registered_at=1).save()
    answer = call("notifications", "PUT", "/v1/me/devices/x", body={"platform": "ios", "token": "0123456789"})
    assert problem(answer) == (403, "too-many-devices")


def test_what_is_sent_has_the_form_that_aws_describes() -> None:
    """boto3 checks the members it is given; that these operations have those members is what AWS's own model says."""
    session = botocore.session.get_session()
    sns, socket = session.get_service_model("sns"), session.get_service_model("apigatewaymanagementapi")
    asked = {
        sns.operation_model("CreatePlatformEndpoint"): {"PlatformApplicationArn", "Token"},
        sns.operation_model("SetEndpointAttributes"): {"EndpointArn", "Attributes"},
        sns.operation_model("DeleteEndpoint"): {"EndpointArn"},
        sns.operation_model("Publish"): {"TargetArn", "MessageStructure", "Message"},
        socket.operation_model("PostToConnection"): {"ConnectionId", "Data"},
        socket.operation_model("DeleteConnection"): {"ConnectionId"},
    }
    for operation, members in asked.items():
        assert set(operation.input_shape.required_members) <= members <= set(operation.input_shape.members)
    assert "GoneException" in {shape.name for shape in socket.operation_model("PostToConnection").error_shapes}
    sent = devices.messages("notification.like", 42, {"subject": "like#vid", "kind": "like", "at": "1"}, 3)
    assert json.loads(sent["GCM"])["fcmV1Message"]["message"]["data"]["subject"] == "like#vid"
    assert len(json.dumps(sent)) < 256 * 1024


def test_notifications_end_after_ninety_days(notify: Any) -> None:
    notify(like("bob"))
    (item,) = Notification.query("ann")
    assert item.expires_at - item.changed_at // 1000 == pytest.approx(90 * 24 * 3600, abs=2)
