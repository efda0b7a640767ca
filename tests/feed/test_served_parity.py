"""Features that the feed logs pass the comparison with those that the daily jobs make of raw events."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import pytest
from valkey import Valkey

from jobs.profiles import parity, point_in_time
from jobs.profiles.viewer_profiles import Profile
from reelstack.behavior import receipts, stored_event
from reelstack.cards import answers
from reelstack.degradation import levels
from reelstack.feed import artefacts, feed_level, live_signals, scores, served_log, viewer_context
from reelstack.feed.features import Totals
from reelstack.feed.live_signals import Counts
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile
from reelstack.tables.videos import Video
from tests.feed.test_pages import publish

HOUR = 3600
Record = dict[str, Any]
INTERESTS = {"t:t1": 3.0, "c:o2": 1.5, "l:de": 2.0}
COUNTED = 10
"""Clips of which the region's counters know; of the others nothing, though they were played."""
CLIPS = 60


def clip_of(number: int) -> Record:
    return {"video_id": f"v{number}", "owner_id": f"o{number % 7}", "tags": [f"t{number % 5}", f"t{5 + number % 9}"]}


def test_rows_that_the_feed_logged_pass_the_parity_of_the_daily_jobs(
    aws: Config, cached: Valkey, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch)
    events = raw_events(now_ms())
    know_bob_by(events)
    for _ in range(3):
        call("feed", "GET", "/v1/feed?limit=20", user="bob", roles=("viewer",), headers={"x-viewer-country": "DE"})
    rows = served_log._buffer.rows
    assert len(rows) > CLIPS // 2
    assert len({row["source"] for row in rows}) > 1, "other sources than the one that is fixed when the feed scores"
    assert len({row["position"] for row in rows}) > 1
    made = made_of(events, rows)
    logged = {(row["answer_id"], row["video_id"]): row["features"] for row in rows}
    reasons = Counter(parity.reason(logged[row["answer_id"], row["video_id"]], row, False) for row in made)
    report = parity.report("2026-11-30", reasons)
    assert not report["failed"], report
    assert reasons[""] >= len(rows) // 2
    assert reasons["window"] > 0, "of clips that the region's counters do not have"


def test_a_page_without_live_signals_is_not_logged(
    aws: Config, cached: Valkey, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch)
    late = levels.Decision(levels.Level.NO_LIVE, (levels.Reason.HEARTBEAT_OLD,))
    monkeypatch.setattr(feed_level, "decide", lambda *_: late)
    page = call("feed", "GET", "/v1/feed?limit=20", user="bob", roles=("viewer",)).json
    assert (page["level"], len(page["items"])) == (1, 20)
    assert served_log._buffer.rows == []


@pytest.mark.parametrize("private", [0, 45])
def test_receipts_of_what_only_fills_a_page_name_another_policy(
    aws: Config, cached: Valkey, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, private: int
) -> None:
    """Of 60 clips so many may not be shown by now, so that a plan of 30 is too short. What counts as ranked is what has
    features: the very clips that are logged."""
    begin(monkeypatch)
    for number in range(CLIPS - private, CLIPS):
        Video.get(f"v{number}").update(actions=[Video.visibility.set("private")])
    items = call("feed", "GET", "/v1/feed?limit=20", user="bob", roles=("viewer",)).json["items"]
    policies: dict[str, set[str]] = defaultdict(set)
    for item in items:
        shown = receipts.verified(item["receipt"], "bob", answers.keys(), now_ms())
        policies[shown.policy].add(item["video_id"])
    logged = {row["video_id"] for row in served_log._buffer.rows}
    assert len(items) == min(20, CLIPS - private)
    assert policies["ranked-1"] == logged
    assert policies["filled-1"] or not private
    assert set(policies) == {"ranked-1", "filled-1"}


def begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is served is logged; and there are clips."""
    artefacts.forget()
    monkeypatch.setattr(served_log, "OTHERS_SHARE", 1.0)
    monkeypatch.setattr(served_log, "_buffer", served_log.Buffer())
    monkeypatch.setattr(viewer_context, "_shared", {})
    for number in range(CLIPS):
        clip = clip_of(number)
        publish(clip["video_id"], owner=clip["owner_id"], tags=tuple(clip["tags"]))


def raw_events(now: int) -> list[Record]:
    """Of the last three hours. His name a clip that the feed does not have, as he has not seen those that it has;
    half an hour ago somebody else played these."""
    kinds = ("play", "finish", "like", "skip")
    found = []
    for number in range(40):
        at = now - (number + 1) * 4 * 60_000
        known = {"viewer": "bob", "signed_in": True, "personalised": True, "region": "DE", "duration_ms": 10_000}
        of = {**clip_of(number), "language": ("de", "")[number % 2], "type": kinds[number % 4], "watched_ms": 900}
        times = {"at": at, "received_at": at + 300}
        found.append({**stored_event.FIELDS, **known, **of, **times, "id": f"e{number:03}"})
    own = [{**event, "video_id": "elsewhere"} for event in found]
    others = [{**event, "viewer": "zoe", "id": f"z{event['id']}", "type": "play", "at": now - HOUR * 500,
               "received_at": now - HOUR * 499} for event in found]  # fmt: skip
    return own + others


def know_bob_by(events: Sequence[Record]) -> None:
    """What the real-time job would have written of the events."""
    now = now_ms()
    know_bob_of_the_night(now)
    sums: dict[str, float] = defaultdict(float)
    for event in (one for one in events if one["viewer"] == "bob"):
        for key, weight in scores.weights(event):
            for letter, half in live_signals.HALVES.items():
                sums[f"{letter}0:{key}"] += scores.forward(weight, event["at"], now, scores.HALF_LIVES_MS[half])
    fields: list[Any] = ["v", bytes([live_signals.VERSION])]
    for name, total in sums.items():
        fields += [name, live_signals.pack_pair(now, total)]
    of_clips = {
        f"v:v{number}": {HOUR: Counts(**asdict(of_last_hour(events, f"v{number}", now)))} for number in range(COUNTED)
    }
    region = live_signals.pack_region({HOUR: now}, of_clips)
    cache.run([
        ("HSET", live_signals.viewer_key("bob"), *fields),
        ("SET", live_signals.region_key("DE"), region),
    ])  # fmt: skip


def of_last_hour(events: Sequence[Record], video_id: str, now: int) -> Totals:
    row = {"served_at": now, "viewer_region": "DE"}
    return point_in_time.last_hours([row], [event for event in events if event["video_id"] == video_id])[0]


def made_of(events: Sequence[Record], rows: Sequence[Record]) -> list[Record]:
    """As the daily job makes them of raw events, the night's profile and the catalogue."""
    profile = ViewerProfile.get("bob")
    before = Profile("bob", int(profile.as_of), "AT", "de", plays=40, finishes=9, interests=dict(INTERESTS))
    table = artefacts.in_service().table
    asked = []
    for row in rows:
        clip = table.clip(table.items.place[row["video_id"]])
        hour = of_last_hour(events, row["video_id"], row["served_at"])
        asked.append({**asdict(clip), **row, "viewer_region": "DE", "totals": Totals(), "last_hour": hour})
    return point_in_time.vectors(asked, [event for event in events if event["viewer"] == "bob"], before)


def know_bob_of_the_night(now: int) -> None:
    User("bob", created_at=1).save()
    ViewerProfile(
        "bob", as_of=now - 3_600_000, region="AT", language="de", totals={"plays": 40, "finishes": 9},
        interests=INTERESTS, expires_at=now,
    ).save()  # fmt: skip
