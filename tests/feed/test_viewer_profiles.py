"""Long-term interests of viewers, loaded from what the daily job writes."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from valkey import Valkey

from functions.accounts.invalidate_user_cache.handler import handler as invalidate_user_cache
from functions.feed.load_viewer_profiles.handler import handler as load_viewer_profiles
from reelstack.feed import live_signals, seen_keys, viewer_profiles
from reelstack.platform import aws as seam
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.platform.daily_files import Loaded
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile

ENDS = 1_795_910_400_000
DAY_MS = 24 * 3600 * 1000


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    for name in ("ann", "bob"):
        User(name, created_at=1).save()


def row(viewer: str = "ann", **more: Any) -> bytes:
    """A line as jobs/profiles writes it."""
    said = {"as_of": ENDS, "region": "DE", "language": "de", "totals": {"plays": 7, "hides": 0}}
    return json.dumps({"viewer": viewer, **said, "interests": [["t:cooking", 3.25], ["c:bob", -4.0]], **more}).encode()


def load(*lines: bytes) -> dict[str, dict[str, float]]:
    assert viewer_profiles.load(lines, 0, until=9e9) == Loaded(None)
    return {item.viewer_id: item.interests for item in ViewerProfile.scan()}


def test_a_viewers_interests_are_there_and_loading_them_again_changes_nothing(
    event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    context.get_remaining_time_in_millis = lambda: 900_000
    key = viewer_profiles.key_of_file(date(2026, 11, 28))
    seam.client("s3").put_object(Bucket="data", Key=key, Body=row() + b"\n")
    seen = []
    for _ in range(2):
        assert load_viewer_profiles(event("feed/load_viewer_profiles.ok"), context) == {
            "done": True,
            "line": 0,
            "refused": 0,
        }
        profile = viewer_profiles.read("ann")
        assert profile
        seen.append(profile.attribute_values)
    assert seen[0] == seen[1]
    assert seen[0]["interests"] == {"t:cooking": 3.25, "c:bob": -4.0}
    assert (seen[0]["region"], seen[0]["totals"], seen[0]["as_of"]) == ("DE", {"plays": 7, "hides": 0}, ENDS)
    assert viewer_profiles.read("bob") is None


def test_an_earlier_day_does_not_replace_a_later_one() -> None:
    load(row(interests=[["t:later", 1.0]]))
    assert load(row(as_of=ENDS - DAY_MS)) == {"ann": {"t:later": 1.0}}
    assert load(row(as_of=ENDS + DAY_MS))["ann"] == {"t:cooking": 3.25, "c:bob": -4.0}


def test_who_is_not_personalised_deleted_or_without_an_account_has_no_profile() -> None:
    load(row("ann"), row("bob"))
    User("ann").update(actions=[User.personalised.set(False)])
    User("bob").update(actions=[User.deleted_at.set(1)])
    assert load(row("ann"), row("bob"), row("s:session"), row("erased")) == {}


ITEM = {"created_at": {"N": "1"}, "personalised": {"BOOL": True}}
SHY = ITEM | {"personalised": {"BOOL": False}}
ERASED = {"created_at": {"N": "2"}, "deleted_at": {"N": "2"}, "expires_at": {"N": "3"}}


def blocks_last(user_id: str) -> str:
    return f"{cache.PREFIX}{cache.last_of(blocks.cached_as(user_id))}"


@pytest.mark.parametrize(
    ("before", "after", "is_forgotten"),
    [
        (ITEM, SHY, True),
        ({}, SHY, True),
        (SHY, SHY | {"bio": {"S": "hello"}}, False),
        (SHY, ITEM, False),
        (ITEM, ITEM | {"deleted_at": {"N": "2"}}, False),  # an administrator may undo it for 30 days
        (ITEM | {"deleted_at": {"N": "2"}}, ERASED, True),
        (ERASED, {}, True),
    ],
)
def test_who_opts_out_or_is_erased_is_forgotten_with_the_stream(
    before: dict[str, Any], after: dict[str, Any], is_forgotten: bool, cached: Valkey, context: Any
) -> None:
    load(row("ann"), row("bob"))
    for name in ("ann", "bob"):
        cached.hset(live_signals.viewer_key(name), "v", "1")
        cached.set(seen_keys.keys(name, now_ms())[1], "1")
        cached.set(blocks_last(name), "{}")
    key = {"user_id": {"S": "ann"}}
    images = {name: key | image for name, image in (("OldImage", before), ("NewImage", after)) if image}
    invalidate_user_cache({"Records": [{"dynamodb": {"Keys": key, **images}}]}, context)
    left = {item.viewer_id for item in ViewerProfile.scan()}
    for of in (live_signals.viewer_key, lambda name: seen_keys.keys(name, now_ms())[1], blocks_last):
        assert left == {name for name in ("ann", "bob") if cached.exists(of(name))}
    assert left == ({"bob"} if is_forgotten else {"ann", "bob"})


def test_a_profile_that_is_gone_is_deleted() -> None:
    load(row("ann"), row("bob"))
    assert load(json.dumps({"viewer": "ann", "gone": True}).encode()).keys() == {"bob"}


@pytest.mark.parametrize("line", [b"", b"[]", row(interests=[["t:a"]]), row(interests=[["t:a", None]]), row("")])
def test_a_line_of_another_form_is_left_out_and_costs_no_other_its_place(line: bytes) -> None:
    assert viewer_profiles.load([line, row()], 0, until=9e9) == Loaded(None, refused=1)
    assert len(list(ViewerProfile.scan())) == 1


def test_a_run_that_is_out_of_time_goes_on_where_it_left_off() -> None:
    assert viewer_profiles.load([row("ann"), row("bob")], 1, until=0) == Loaded(1)
    assert viewer_profiles.load([row("ann"), row("bob")], 1, until=9e9) == Loaded(None)
    assert [item.viewer_id for item in ViewerProfile.scan()] == ["bob"]
