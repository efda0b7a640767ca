"""What is taken back, through the handlers: records in, inbox and a phone out."""

from collections.abc import Callable
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from reelstack.platform.config import Config
from reelstack.tables.accounts import Handle, User
from reelstack.tables.interactions import Like
from tests.conftest import REGION
from tests.notifications.test_notify import AT, comment, handle, inbox, like, record, register, told
from tests.videos.test_videos import make

Call = Callable[..., Any]


@pytest.fixture
def notify(aws: Config, context: Any) -> Callable[..., int]:
    make()
    return lambda *records: handle("notify", {"Records": list(records)}, context)["notifications"]


def unlike(user_id: str, at: int = AT) -> dict[str, Any]:
    return record("likes_table", None, Like(user_id, "vid", liked_at=at))


def rung() -> int:
    """Messages that phones got."""
    endpoints = sns_backends[DEFAULT_ACCOUNT_ID][REGION].platform_endpoints.values()
    return sum(len(endpoint.messages) for endpoint in endpoints)


def test_a_like_taken_back_counts_down_and_the_last_one_disappears(call: Call, notify: Any) -> None:
    notify(like("bob"), like("cid", AT + 1))
    notify(unlike("cid", AT + 1))
    (one,) = inbox(call)
    assert (one["people"], one["count"], [card["id"] for card in one["users"]]) == (["bob"], 1, ["bob"])
    notify(unlike("bob"))
    assert inbox(call) == []
    assert call("notifications", "GET", "/v1/me/notifications/unread").json == {"unread": 0}


def test_a_toggle_makes_nothing_unread_again_and_rings_no_phone_twice(call: Call, notify: Any) -> None:
    register(call, "ann", "ios")
    notify(like("bob"))
    (one,) = inbox(call)
    call("notifications", "PUT", "/v1/me/notifications/read", body={"to": one["at"]})
    for hour in range(1, 4):
        notify(unlike("bob", AT + (hour - 1) * 3_600_000))
        assert notify(like("bob", AT + hour * 3_600_000)) == 0
    assert [(again["at"], again["unread"]) for again in inbox(call)] == [(one["at"], False)]
    assert rung() == 1
    notify(unlike("bob", AT + 3 * 3_600_000), like("bob", AT + 25 * 3_600_000))
    assert ([again["unread"] for again in inbox(call)], rung()) == ([True], 2)


def test_a_comment_that_is_deleted_and_a_mention_that_is_edited_out_disappear(call: Call, notify: Any) -> None:
    User("eve", created_at=1, handle="eve").save()
    Handle("eve", user_id="eve").save()
    naming, plain = comment("bob", mentions=["eve"]), comment("bob")
    notify(record("comments_table", naming))
    assert (list(told(call)), len(told(call, "eve"))) == (["comment#vid"], 1)
    notify(record("comments_table", plain, naming))
    assert (list(told(call)), told(call, "eve")) == (["comment#vid"], {})
    notify(record("comments_table", comment("bob", state="deleted"), plain))
    assert told(call) == {}


def test_a_follow_that_ended_disappears(call: Call, notify: Any, event: Any, context: Any) -> None:
    handle("notify", event("notifications/notify.followed"), context)
    assert told(call) == {"follow#": ["bob"]}
    handle("notify", event("notifications/notify.unfollowed"), context)
    assert told(call) == {}
    handle("notify", event("notifications/notify.followed"), context)
    assert told(call) == {}, "it came twice"
