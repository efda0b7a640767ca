"""A clip goes on where its viewer left it: on every card and with its playback, on each of their devices."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.exceptions import UpdateError

from reelstack.accounts import users
from reelstack.behavior import resume
from reelstack.behavior.resume import Sighting
from reelstack.interactions import watch_positions
from reelstack.platform import aws as seam
from reelstack.platform.clock import DAY_SECONDS, now_ms
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.interactions import Bookmark, Like
from reelstack.videos import event_clips
from tests.behavior.test_client_events import VIEW
from tests.behavior.test_events import event, report
from tests.cards import crowd
from tests.videos.test_videos import make

Call = Callable[..., Any]
LAPTOP = VIEW[:-1] + "f"
"""A view on another device than VIEW."""


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    event_clips._kept.clear()
    for name in ("ann", "bob", "cid"):
        User(name, created_at=1, handle=name).save()
    make(duration_ms=60_000)


def watched(kind: str, position_ms: int, ago_ms: int = 0, number: int = 1, **more: Any) -> dict[str, Any]:
    return event(kind, number, at=now_ms() - ago_ms, position_ms=position_ms, **more)


def resume_ms(call: Call, user: str | None = "bob", video_id: str = "vid") -> Any:
    shown = call("videos", "GET", f"/v1/videos/{video_id}?include=playback", user=user).json
    playing = call("videos", "GET", f"/v1/videos/{video_id}/playback", user=user).json
    assert shown["resume_ms"] == shown["playback"]["resume_ms"] == playing["resume_ms"]
    return playing["resume_ms"]


def test_a_clip_goes_on_where_it_was_left_for_its_viewer_alone(call: Call) -> None:
    assert resume_ms(call) is None
    assert report(call, watched("progress", 20_000)).json["accepted"] == 1
    assert resume_ms(call) == 20_000
    assert (resume_ms(call, "cid"), resume_ms(call, "ann"), resume_ms(call, None)) == (None, None, None)


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("feed", "/v1/feed/latest"),
        ("videos", "/v1/users/ann/videos"),
        ("interactions", "/v1/me/likes"),
        ("interactions", "/v1/me/bookmarks"),
    ],
)
def test_every_list_says_so(call: Call, service: str, path: str) -> None:
    Like("bob", "vid", liked_at=5, shard="vid#0").save()
    Bookmark("bob", "vid", saved_at=6).save()
    report(call, watched("pause", 20_000))
    (item,) = call(service, "GET", f"{path}?include=playback", user="bob").json["items"]
    card = item.get("video", item)
    assert (card["resume_ms"], card["playback"]["resume_ms"]) == (20_000, 20_000)
    (item,) = call(service, "GET", path, user="bob").json["items"]
    assert (item.get("video", item)["resume_ms"], item.get("video", item)["playback"]) == (20_000, None)


@pytest.mark.parametrize("last", [("finish", 59_000), ("progress", 57_500), ("skip", 70_000)])
def test_a_clip_that_was_seen_to_its_end_begins_anew(call: Call, last: tuple[str, int]) -> None:
    report(call, watched("progress", 20_000, ago_ms=9000))
    report(call, watched(*last, ago_ms=3000, number=2))
    assert resume_ms(call) is None
    report(call, watched("progress", 30_000, ago_ms=6000, number=3))
    assert resume_ms(call) is None, "an event of before the end that comes late"
    report(call, watched("progress", 7000, number=4))
    assert resume_ms(call) == 7000, "watched again"


def test_what_comes_late_or_again_changes_nothing(call: Call) -> None:
    earlier = watched("progress", 10_000, ago_ms=9000, number=1)
    sent_at = now_ms()
    report(call, earlier, sent_at=sent_at)
    report(call, watched("pause", 20_000, ago_ms=4000, number=2))
    report(call, watched("progress", 15_000, ago_ms=6000, number=3))
    item = WatchPosition.get("bob", "vid").attribute_values
    assert item["position_ms"] == 20_000
    report(call, earlier, sent_at=sent_at)
    report(call, earlier, sent_at=sent_at - 3_600_000)  # as kept by a client for an hour: the service dates it now
    assert WatchPosition.get("bob", "vid").attribute_values == item


def test_of_two_devices_the_one_that_was_watched_last_says_it(call: Call) -> None:
    slow_ms = 3_600_000
    report(call, watched("progress", 30_000, ago_ms=9000, view_id=LAPTOP))
    late = watched("pause", 40_000, ago_ms=4000 + slow_ms, number=2)
    report(call, late, sent_at=now_ms() - slow_ms)
    assert resume_ms(call) == 40_000, "a telephone whose clock is an hour slow"
    report(call, watched("progress", 31_000, ago_ms=8000, number=3, view_id=LAPTOP))
    assert resume_ms(call) == 40_000
    report(call, watched("progress", 33_000, number=4, view_id=LAPTOP))
    assert resume_ms(call) == 33_000


def test_a_repeated_batch_of_one_device_does_not_undo_what_the_other_did(call: Call) -> None:
    sent_at, first = now_ms(), watched("progress", 10_000, ago_ms=9000)
    report(call, first, sent_at=sent_at)
    report(call, watched("progress", 20_000, ago_ms=8999, number=2, view_id=LAPTOP))
    report(call, first, sent_at=sent_at)
    assert resume_ms(call) == 20_000


def test_every_order_of_the_same_events_leaves_the_same_item() -> None:
    events = [
        Sighting("vid", 10_000, 5, "a", f"{5:015d}#1"),
        Sighting("vid", None, 7, "a", f"{7:015d}#2"),
        Sighting("vid", 30_000, 7, "b", f"{2:015d}#3"),  # another device, at once, its clock slow
        Sighting("vid", 20_000, 6, "b", f"{1:015d}#4"),
    ]
    found = set()
    for number, order in enumerate(itertools.permutations(events)):
        for one in [*order, order[0]]:
            watch_positions.keep(f"viewer-{number}", [one])
        item = WatchPosition.get(f"viewer-{number}", "vid")
        found.add((item.position_ms, item.seen_at, item.view_id, item.view_event, item.expires_at))
    last = resume.latest(events)["vid"]
    assert found == {(last.position_ms, 7, "b", last.view_event, 90 * DAY_SECONDS)}


def test_one_batch_writes_once_for_a_clip(call: Call) -> None:
    make("other", duration_ms=60_000)
    events = [watched("progress", 1000 * n, ago_ms=1000 - n, number=n) for n in range(1, 31)]
    with crowd.requests() as seen:
        report(call, *events, watched("skip", 9000, number=77, video_id="other"))
    assert seen["UpdateItem watch_positions_table"] == 2
    assert (resume_ms(call), resume_ms(call, video_id="other")) == (30_000, 9000)


def test_further_clips_of_a_long_batch_are_to_be_sent_again(call: Call) -> None:
    for number in range(27):
        make(f"c{number}", duration_ms=60_000)
    events = [watched("skip", 9000, number=n, video_id=f"c{n}") for n in range(27)]
    answer = report(call, *events, watched("impression", 0, number=99)).json
    assert (answer["accepted"], answer["retry"]) == (26, [25, 26])
    assert len(list(WatchPosition.query("bob"))) == 25


def test_what_the_table_does_not_take_is_to_be_sent_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    seam.client("dynamodb").delete_table(TableName="watch_positions_table")
    first, last = watched("progress", 1000, ago_ms=9), watched("pause", 20_000, number=2)
    answer = report(call, first, last, watched("impression", 0, number=3))
    assert (answer.status, answer.json["accepted"], answer.json["retry"]) == (202, 2, [1])


def test_people_without_an_account_leave_none(call: Call) -> None:
    assert report(call, watched("progress", 20_000), user=None).json["accepted"] == 1
    assert list(WatchPosition.scan()) == []


def test_it_is_the_viewers_own_bookmark_whether_personalised_or_not(call: Call) -> None:
    call("accounts", "PATCH", "/v1/me", user="bob", body={"personalised": False})
    users.invalidate("bob")
    report(call, watched("progress", 20_000))
    assert resume_ms(call) == 20_000


def test_it_is_forgotten_after_ninety_days(call: Call) -> None:
    report(call, watched("progress", 20_000))
    item = WatchPosition.get("bob", "vid")
    assert item.expires_at == pytest.approx(time.time() + 90 * DAY_SECONDS, abs=60)
    item.update([WatchPosition.expires_at.set(int(time.time()) - 1)])
    assert resume_ms(call) is None, "also before DynamoDB deletes it"


def test_a_refusal_that_is_no_condition_is_told() -> None:
    """UpdateError is what keep() takes for a table that is away: pynamodb raises no other for it."""
    seam.client("dynamodb").delete_table(TableName="watch_positions_table")
    with pytest.raises(UpdateError):
        WatchPosition("bob", "vid").update([WatchPosition.seen_at.set(1)])
