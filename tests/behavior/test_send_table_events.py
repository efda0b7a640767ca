"""The consumer of blocks, reports and of what the event stream did not take at first."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.behavior.stored_event import FIELDS
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos import table_events
from tests.support.functions import handler_of
from tests.support.kinesis import make_stream
from tests.videos.test_videos import make


@pytest.fixture
def sent(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    make()
    User("bob", created_at=1).save()
    return make_stream(monkeypatch)


@pytest.mark.parametrize(("case", "said"), [("blocked", ["block"]), ("reported", ["report"])])
def test_the_sample_inputs_are_sent_under_ids_that_never_change(
    case: str, said: list[str], event: Callable[[str], Any], sent: Callable[[], list[dict[str, Any]]], context: Any
) -> None:
    """An id that came out otherwise in a later version would count again."""
    ids = {"block": "1f0089eb-d3a1-5241-b1e5-04189aa2dbfd", "report": "39d1a51a-4fd2-506b-baa2-f03dc265f308"}
    for _ in range(2):
        handler_of("send_table_events")(event(f"behavior/send_table_events.{case}"), context)
    assert [(one["type"], one["id"], one["viewer"]) for one in sent()] == 2 * [
        (kind, ids[kind], "bob") for kind in said
    ]


def test_the_sample_message_of_the_queue_is_sent(
    event: Callable[[str], Any], sent: Callable[[], list[dict[str, Any]]], context: Any
) -> None:
    assert handler_of("send_table_events")(event("behavior/send_table_events.queued"), context) == {"sent": 1}
    (line,) = sent()
    assert (line.keys(), line["type"], line["viewer"]) == (FIELDS.keys(), "like", "bob")


def test_a_large_batch_is_sent_whole_in_calls_and_messages_that_aws_takes(
    sent: Callable[[], list[dict[str, Any]]],
) -> None:
    events = [{**FIELDS, "id": str(number), "viewer": "bob", "tags": ["cats", "é" * 60]} for number in range(2101)]
    assert table_events.send_again(json.dumps({"events": events})) == 2101
    assert len(sent()) == 2101
    messages = list(table_events._messages(events))
    assert all(len(message) < 256 * 1024 for message in messages)
    assert [event for message in messages for event in json.loads(message)["events"]] == events
    assert len(messages) > 3


def test_events_that_are_sent_again_after_an_erasure_do_not_come_back(
    sent: Callable[[], list[dict[str, Any]]],
) -> None:
    """A dead letter may wait for 14 days, and be sent again for as long as somebody does so."""
    User("deleted", created_at=1, deleted_at=2).save()
    make("removed").update([Video.state.set("deleted")])
    events = [
        {"id": "erased", "viewer": "nobody-any-more", "video_id": "vid"},
        {"id": "deleted", "viewer": "deleted", "video_id": "vid"},
        {"id": "followed", "viewer": "bob", "type": "follow", "target": "nobody-any-more"},
        {"id": "clip", "viewer": "bob", "video_id": "removed"},
        {"id": "kept", "viewer": "bob", "video_id": "vid"},
    ]
    assert table_events.send_again(json.dumps({"events": [{**FIELDS, **one} for one in events]})) == 1
    assert [one["id"] for one in sent()] == ["kept"]
