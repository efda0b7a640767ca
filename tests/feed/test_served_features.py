"""Features that answers log equal those computed anew, one clip at a time, from what is known at that moment."""

from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from reelstack.degradation.health import Health
from reelstack.feed import artefacts, features, live_signals, scoring, served_log, viewer_context
from reelstack.feed.features import Moment, Totals
from reelstack.feed.live_signals import Counts
from reelstack.feed.viewer_context import Asker
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile
from tests.feed.test_pages import publish

HOUR = 3600


def test_logged_features_equal_recomputed_ones(
    aws: Config, cached: Valkey, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    artefacts.forget()
    monkeypatch.setattr(served_log, "OTHERS_SHARE", 1.0)
    monkeypatch.setattr(served_log, "_buffer", served_log.Buffer())
    monkeypatch.setattr(viewer_context, "_shared", {})
    for number in range(60):
        publish(f"v{number}", owner=f"o{number % 7}", tags=(f"t{number % 5}", f"t{5 + number % 9}"))
    know_bob()
    answered = 0
    for _ in range(3):
        answered += len(call("feed", "GET", "/v1/feed?limit=20", user="bob", roles=("viewer",)).json["items"])
    rows = served_log._buffer.rows
    # A clip that stands on a page to keep creators and tags apart has no score.
    assert 50 <= len(rows) <= answered == 60
    assert [row["features"] for row in rows] == [recomputed(row) for row in rows]


def know_bob() -> None:
    now = now_ms()
    User("bob", created_at=1).save()
    interests = {"t:t1": 3.0, "c:o2": 1.5, "l:de": 2.0}
    ViewerProfile(
        "bob", as_of=now - 3_600_000, region="AT", language="de", totals={"plays": 40, "finishes": 9},
        interests=interests, expires_at=now,
    ).save()  # fmt: skip
    fields: list[Any] = ["v", bytes([live_signals.VERSION])]
    for name in ("s0:t:t0", "i0:t:t1", "i0:t:t2", "i0:c:o3", "i0:d:2"):
        fields += [name, live_signals.pack_pair(now - 60_000, 2.5)]
    fields += ["w:other", live_signals.pack_pair(now - 1000, 0.4)]
    windows = {HOUR: Counts(plays=12, finishes=6, fast_skips=1)}
    region = live_signals.pack_region({HOUR: now}, {f"v:v{n}": windows for n in range(20)})
    commands: list[Any] = [
        ("HSET", live_signals.viewer_key("bob"), *fields),
        ("SET", live_signals.region_key(""), region),
    ]
    cache.run(commands)


def recomputed(row: dict[str, Any]) -> list[int]:
    """By features.vector, of the row's clip and of its viewer as they were when it was served."""
    at, table = row["served_at"], artefacts.in_service().table
    # A breaker of its own: by the present clock, an answer to a request of that moment is late.
    with viewer_context.of(Asker("bob"), at, table, Health("recomputed", 1)) as context:
        viewer = scoring.viewer_state(context, {}, at)
        hour = context.live.counts(f"v:{row['video_id']}", HOUR, at).totals
    assert viewer.interest, "the live signals were read"
    clip = table.items.clip(table.items.place[row["video_id"]], hour if hour != Totals() else None)
    return features.vector(viewer, clip, Moment(at))
