"""What an export says of a viewer's interests, with moto's tables and a real Valkey."""

from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from functions.privacy.plan_export.handler import handler as plan_export
from reelstack.feed import live_signals, scores
from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.privacy import exports, interest_export
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile

HOUR_MS = 3600 * 1000


def keep(
    cached: Valkey, viewer: str, fields: dict[str, tuple[int, float]], version: int = live_signals.VERSION
) -> None:
    """As the job `interests` writes it."""
    packed = {name: live_signals.pack_pair(*pair) for name, pair in fields.items()}
    key: Any = live_signals.viewer_key(viewer)
    cached.hset(key, mapping={"v": bytes([version]), **packed})


def creators() -> None:
    """fay is there for bob; cid blocked him, dan is deleted."""
    for user_id in ("bob", "cid", "dan", "fay"):
        User(user_id, created_at=1).save()
    blocks.block("cid", "bob")
    User("dan").update([User.deleted_at.set(1)])


def test_live_interests_and_the_clips_watched_last_are_told_and_nobody_else_is(cached: Valkey) -> None:
    creators()
    now = now_ms()
    interests = {"s0:t:tea": 5.0, "s0:c:cid": 9.0, "i0:c:fay": 2.0, "i0:c:dan": 3.0, "i0:l:de": -4.0}
    watched = {"w:clip-1": (now - HOUR_MS, 0.5), "w:clip-2": (now, 1.0)}
    keep(cached, "bob", {name: (now, value) for name, value in interests.items()} | watched)
    keep(cached, "fay", {"s0:t:hers": (now, 1.0)})
    told = list(interest_export.read_live("bob"))
    assert [(line["half_life"], line["interest"]) for line in told[:3]] == [
        ("session", "t:tea"),
        ("interest", "l:de"),
        ("interest", "c:fay"),
    ]
    faded = scores.read(5.0, now, told[0]["as_of"], scores.SESSION_HALF_LIFE_MS)
    assert told[0]["score"] == pytest.approx(faded)
    assert told[3:] == [
        {"video_id": "clip-2", "watched_at": now, "watched_share": 1.0},
        {"video_id": "clip-1", "watched_at": now - HOUR_MS, "watched_share": 0.5},
    ]


def test_of_whom_nothing_is_known_the_document_is_empty(cached: Valkey) -> None:
    assert list(interest_export.read_live("bob")) == []


def test_a_cache_that_is_away_fails_no_export_and_the_document_says_so(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(interest_export.read_live("bob")) == [{"left_out": {"reason": "this-stage-has-no-cache"}}]
    monkeypatch.setenv(f"{PREFIX}CACHE_URL", "valkey://127.0.0.1:1")
    config.cache_clear()
    monkeypatch.setattr(interest_export, "PAUSE_SECONDS", 0)
    assert list(interest_export.read_live("bob")) == [{"left_out": {"reason": "the-cache-did-not-answer"}}]


def test_a_version_that_this_code_does_not_know_fails_the_step(cached: Valkey) -> None:
    keep(cached, "bob", {"s0:t:tea": (now_ms(), 1.0)}, version=live_signals.VERSION + 1)
    with pytest.raises(live_signals.UnknownVersion):
        list(interest_export.read_live("bob"))


def test_planning_gathers_what_the_cache_has(
    cached: Valkey, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    keep(cached, "bob", {"w:clip-1": (5, 1.0)})
    request = exports.ask("bob")
    given = event("privacy/plan_export.ok") | {"user_id": "bob", "request_id": request.request_id}
    assert plan_export(given, context) == {"volumes": [0]}
    folder = f"{exports.PREFIX}bob/{request.request_id}/"
    planned = {piece["name"] for piece in storage.read_json("uploads", f"{folder}plan/0.json")}
    assert {"live-interests.jsonl", "events.jsonl"} <= planned
    assert storage.read_json("uploads", f"{folder}parts/live-interests.jsonl")["watched_at"] == 5


def test_long_term_interests_name_nobody_who_is_not_there(aws: Config) -> None:
    creators()
    interests = {"t:tea": 1.5, "c:cid": 1.0, "c:dan": 1.0, "c:fay": 2.0}
    ViewerProfile("bob", as_of=1, totals={"plays": 1}, interests=interests, expires_at=2).save()
    assert list(interest_export.read_long_term("bob")) == [
        {"as_of": 1, "totals": {"plays": 1}, "interests": {"t:tea": 1.5, "c:fay": 2.0}}
    ]
