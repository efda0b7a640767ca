"""A hide is one event: told by the table, and the same one if a client reports it as well."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.feed import choices
from reelstack.feed.choices import HiddenKind, Interests
from reelstack.feed.scores import weights
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.videos import table_events
from tests.behavior.test_events import event, report
from tests.support.kinesis import make_stream
from tests.support.streams import Streams
from tests.videos.test_videos import make

Call = Callable[..., Any]
Read = Callable[[], list[dict[str, Any]]]
HIDES = {"video": "videos/vid", "creator": "creators/ann", "tag": "tags/cats"}


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    for name in ("ann", "bob"):
        User(name, created_at=1, handle=name).save()
    make(tags=["cats"], duration_ms=15_000)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Read:
    return make_stream(monkeypatch)


@pytest.mark.parametrize("client_first", [True, False])
@pytest.mark.parametrize("what", HIDES)
def test_a_hide_that_the_client_reports_too_is_one_event(
    call: Call, context: Any, sent: Read, what: str, client_first: bool
) -> None:
    said: dict[str, Any] = {"what": what, "tag": " cats\x01" if what == "tag" else None}
    if client_first:
        assert report(call, event("hide", **said)).json["accepted"] == 1
    assert call("feed", "PUT", f"/v1/feed/hidden/{HIDES[what]}", user="bob").status == 204
    Streams(context).flow()
    if not client_first:
        report(call, event("hide", **said))
    found = sent()
    assert {one["origin"] for one in found} == {"table", "direct"}
    assert len({one["id"] for one in found}) == 1
    for one in found:
        assert (one["type"], one["what"], one["viewer"], one["signed_in"]) == ("hide", what, "bob", True)
        key = {"video": "t:cats", "creator": "c:ann", "tag": "t:cats"}[what]
        assert dict(weights(one))[key] < 0, "each of them says enough by itself"


def test_what_is_hidden_by_a_table_is_exact(call: Call, context: Any, sent: Read) -> None:
    streams = Streams(context)
    for path in HIDES.values():
        for method in ("PUT", "PUT", "DELETE"):
            call("feed", method, f"/v1/feed/hidden/{path}", user="bob")
            streams.flow()
    choices.set_interests("bob", Interests(("tea",)))
    streams.flow()
    events = {one["id"]: one for one in sent()}
    assert len(events) == 3, "hiding again while it is hidden, showing again and interests are none"
    by_what = {one["what"]: one for one in events.values()}
    assert {uuid.UUID(one).version for one in events} == {5}
    assert (by_what["video"]["video_id"], by_what["video"]["tags"]) == ("vid", ["cats"])
    assert (by_what["creator"]["owner_id"], by_what["creator"]["video_id"]) == ("ann", "")
    assert (by_what["tag"]["target"], by_what["tag"]["owner_id"]) == ("cats", "")


def test_an_odd_tag_is_told_as_it_is(context: Any, sent: Read) -> None:
    streams = Streams(context)
    choices.hide("bob", HiddenKind.TAGS, "a[0] 100%25.b")
    streams.flow()
    assert {one["target"] for one in sent()} == {"a[0] 100%25.b"}


def test_of_two_strangers_each_report_is_an_event_of_its_own(call: Call, sent: Read) -> None:
    for number in range(2):
        report(call, event("hide", number), user=None)
    assert len({one["id"] for one in sent()}) == 2


def test_no_hide_of_a_deleted_creator_is_told(context: Any, sent: Read) -> None:
    streams = Streams(context)
    choices.hide("bob", HiddenKind.CREATORS, "ann")
    User("ann").update([User.deleted_at.set(1)])
    streams.flow()
    assert sent() == []
    told = {"viewer": "bob", "type": "hide", "target": "", "owner_id": "ann", "video_id": ""}
    assert table_events._named(told) == ("bob", "ann")
