"""Pages of the feed through its handler: real Valkey, tables in process, no engines unless a test makes some."""

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from valkey import Valkey
from valkey.exceptions import TimeoutError as NoAnswer

from local import ports
from reelstack.behavior import receipts
from reelstack.cards import answers
from reelstack.feed import exploration, features, newcomers, seen, seen_keys, served_log, warm_lists
from reelstack.feed.features import ClipState
from reelstack.platform import retry, storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.tables.accounts import User
from reelstack.web import auth
from tests.feed.test_away import tables_away
from tests.videos.test_videos import make

Call = Callable[..., Any]
HOUR = 3_600_000


@pytest.fixture
def world(aws: Config, cached: Valkey) -> Config:
    return aws


def publish(video_id: str, owner: str = "ann", *, tags: tuple[str, ...] = (), age_ms: int = HOUR, **more: Any) -> None:
    at = now_ms() - age_ms
    make(video_id, owner=owner, published_at=at, tags=list(tags), **more)
    clip = ClipState(video_id, owner, tags, "", "", 10_000, at)
    for _ in retry.attempts(3):  # a busy machine may keep Valkey from its 0.1 s; the stream would send it again
        with suppress(NoAnswer):
            newcomers.add(clip)
            return
    newcomers.add(clip)


def ids(page: dict[str, Any]) -> list[str]:
    return [item["video_id"] for item in page["items"]]


def test_a_page_is_playable_and_tells_why(world: Config, call: Call) -> None:
    for number in range(30):
        publish(f"v{number}", owner=f"o{number}", tags=("cats",))
    answer = call("feed", "GET", "/v1/feed?limit=10&explain=1", user="bob", roles=("viewer",))
    assert answer.status == 200, answer.json
    assert len(answer.json["items"]) == 10
    assert answer.headers["x-feed-level"] == str(answer.json["level"])
    first = answer.json["items"][0]
    assert first["playback"]["master_url"].startswith("/v/")
    assert first["receipt"]
    assert len(first["preload"]["p_watch"]) == 4
    assert first["reasons"][0]["says"]


def test_pages_do_not_overlap_until_all_was_shown(world: Config, call: Call) -> None:
    for number in range(25):
        publish(f"v{number}", owner=f"o{number}")
    seen: list[str] = []
    session = ""
    for expected in (10, 10, 5):
        page = call("feed", "GET", f"/v1/feed?limit=10&session={session}", user="bob", roles=("viewer",)).json
        new = [item["video_id"] for item in page["items"] if not item["repeated"]]
        assert len(new) == expected
        assert len(page["items"]) == 10
        assert not set(new) & set(seen)
        seen += new
        session = page["session"]
    assert [item["repeated"] for item in page["items"]] == [False] * 5 + [True] * 5
    assert ids(page)[5:] == seen[:5], "the oldest come again first"


def get(call: Call, query: str = "", user: str | None = "bob") -> dict[str, Any]:
    answer = call("feed", "GET", f"/v1/feed?{query}", user=user, roles=("viewer",))
    assert answer.status == 200, answer.json
    page: dict[str, Any] = answer.json
    return page


def test_what_must_not_be_shown_is_not(world: Config, call: Call) -> None:
    publish("fine", "zoe")
    publish("own", "bob")
    publish("hidden", "zoe")
    publish("of a hidden creator", "yan")
    publish("tagged", "zoe", tags=("Spiders",))
    publish("blocked", "carl")
    publish("was private", "zoe", visibility="private")
    publish("was rejected", "zoe", state="rejected")
    publish("private account", "pia")
    newcomers.add(ClipState("never there", "zoe", (), "", "", 1, now_ms()))
    for name in ("pia", "yan", "carl"):
        User(name, private=name == "pia", created_at=1).save()
    assert call("social", "PUT", "/v1/users/carl/block", user="bob").status in (200, 204)
    for what in ("videos/hidden", "creators/yan", "tags/spiders"):
        assert call("feed", "PUT", f"/v1/feed/hidden/{what}", user="bob").status == 204
    page = get(call, "limit=30")
    assert set(ids(page)) == {"fine"}
    assert [item["repeated"] for item in page["items"]] == [False]
    assert {item["video_id"] for item in get(call, "limit=30", user="dan")["items"]} >= {"own", "hidden", "blocked"}


def test_a_hide_holds_with_the_next_answer_and_can_be_undone(world: Config, call: Call) -> None:
    publish("v1", "zoe")
    publish("v2", "yan")
    assert set(ids(get(call))) == {"v1", "v2"}
    call("feed", "PUT", "/v1/feed/hidden/videos/v1", user="bob")
    assert set(ids(get(call))) == {"v2"}
    call("feed", "DELETE", "/v1/feed/hidden/videos/v1", user="bob")
    assert set(ids(get(call))) == {"v1", "v2"}


def test_a_clip_that_is_taken_down_is_gone_with_the_next_answer(world: Config, call: Call) -> None:
    publish("v1", "zoe")
    publish("v2", "yan")
    get(call)
    assert call("videos", "DELETE", "/v1/videos/v1", user="zoe").status == 204
    assert set(ids(get(call))) == {"v2"}


def test_who_has_no_account_goes_on_by_session(world: Config, call: Call) -> None:
    for number in range(6):
        publish(f"v{number}", f"o{number}")
    first = get(call, "limit=3", user=None)
    second = get(call, f"limit=3&session={first['session']}", user=None)
    assert len({*ids(first), *ids(second)}) == 6
    assert all(item["receipt"] for item in first["items"])


def test_who_signs_in_goes_on_from_what_they_were_shown(world: Config, call: Call) -> None:
    for number in range(8):
        publish(f"v{number}", f"o{number}")
    first = get(call, "limit=4", user=None)
    second = get(call, f"limit=4&session={first['session']}")
    assert len({*ids(first), *ids(second)}) == 8


def test_a_session_that_is_none_of_ours_begins_anew(world: Config, call: Call) -> None:
    publish("v1", "zoe")
    assert ids(get(call, "session=damaged")) == ["v1"]
    assert call("feed", "GET", f"/v1/feed?session={'x' * 2000}", user="bob").status == 422


@pytest.mark.parametrize("damaged", ["damaged", "", "of another"])
def test_a_cursor_that_is_none_of_ours_leaves_the_session_going_on(world: Config, call: Call, damaged: str) -> None:
    for number in range(8):
        publish(f"v{number}", f"o{number}")
    cursor = damaged if damaged != "of another" else get(call, "limit=4", user="eve")["cursor"]
    first = get(call, "limit=4")
    second = get(call, f"limit=4&session={first['session']}&cursor={cursor}")
    assert len({*ids(first), *ids(second)}) == 8
    again = get(call, f"limit=4&cursor={first['cursor']}&session={cursor}")
    assert set(ids(again)) == set(ids(second)), "a good cursor needs no session"


def test_who_has_no_account_goes_on_at_midnight_and_on_another_network(
    world: Config, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        publish(f"v{number}", f"o{number}")
    asked = ("feed", "GET", "/v1/feed?limit=4&session=")
    first = call(*asked, user=None, headers={"x-viewer-address": "203.0.113.9"}).json
    monkeypatch.setattr(auth, "DAY_SECONDS", auth.DAY_SECONDS + 1)  # another day's name
    path = f"{asked[2]}{first['session']}"
    second = call(*asked[:2], path, user=None, headers={"x-viewer-address": "198.51.100.7"}).json
    assert len({*ids(first), *ids(second)}) == 8


def seen_of(cached: Valkey, viewer: str, names: list[str], valkey_url: str) -> set[str]:
    """Those of these clips that the viewer's seen filter holds."""
    with Valkey.from_url(valkey_url) as client:
        content: Any = client.get(seen_keys.keys(viewer, now_ms())[0])
    return {name for name in names if seen.was_seen([content], seen.hashes([name]))[0]}


def test_the_seen_filter_and_the_impressions_hold_what_was_answered_and_nothing_else(
    world: Config, call: Call, cached: Valkey, valkey_url: str
) -> None:
    """Half of the clips are private by now, which the item table does not know."""
    names = [f"v{number}" for number in range(60)]
    for number, name in enumerate(names):
        publish(name, owner=f"o{number}", visibility="private" if number % 2 else "public")
    shown: set[str] = set()
    session = ""
    for _ in range(2):
        page = get(call, f"limit=12&session={session}")
        shown |= set(ids(page))
        session = page["session"]
        assert seen_of(cached, "bob", names, valkey_url) == shown
    counted: Any = cached.hgetall(exploration.impression_keys(now_ms())[0])
    assert {name: number for name, number in counted.items() if number != "0"} == dict.fromkeys(shown, "1")
    assert len(shown) == 24


def test_of_who_is_not_personalised_nothing_is_noted(world: Config, call: Call, cached: Valkey) -> None:
    User("bob", created_at=1, personalised=False).save()
    for number in range(12):
        publish(f"v{number}", owner=f"o{number}")
    first = get(call, "limit=6")
    assert cached.keys("*{u:bob}*") == []
    assert not set(ids(first)) & set(ids(get(call, f"limit=6&session={first['session']}"))), "the session goes on"


def test_who_is_not_personalised_counts_once_for_a_new_clip_in_any_session(
    world: Config, call: Call, cached: Valkey
) -> None:
    """Every second clip may not be shown: what a page takes back of them is what it counted, and no more."""
    User("bob", created_at=1, personalised=False).save()
    for number in range(12):
        publish(f"v{number}", owner=f"o{number}", visibility="private" if number % 2 else "public")

    def counted() -> dict[str, str]:
        found: Any = cached.hgetall(exploration.impression_keys(now_ms())[0])
        return {name: number for name, number in found.items() if number != "0"}

    shown: set[str] = set()
    for _ in range(4):
        shown |= set(ids(get(call, "limit=6")))
    assert len(shown) == 6
    assert counted() == dict.fromkeys(shown, "1")
    assert ids(get(call, "limit=6", user="zoe"))
    assert counted() == dict.fromkeys(shown, "2"), "somebody else counts"
    sketches = cached.keys("rs:{feed}:viewers:*")
    assert all(0 < cached.ttl(key) <= 2 * 24 * 3600 for key in sketches)
    assert not any(b"bob" in (cached.dump(key) or b"") for key in sketches)


def test_a_clip_is_counted_no_further_than_it_can_be_owed(cached: Valkey) -> None:
    most = exploration.EXPOSURE_FLOOR * exploration.NEW_CREATOR_FACTOR
    for number in range(most + 50):
        for command in exploration.counted_once(["v"], 0, f"viewer{number}"):
            cached.execute_command(*command)
    counted: Any = cached.hget(exploration.impression_keys(0)[0], "v")
    assert most - 5 <= int(counted) <= most
    assert exploration.counted_once([], 0, "ann") == []


def test_an_answer_that_fails_marks_nothing_as_seen(
    world: Config, call: Call, cached: Valkey, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"v{number}" for number in range(6)]
    for name in names:
        publish(name, owner=f"o{name}")
    warm_lists.make()
    with tables_away(monkeypatch):
        assert get(call, "limit=4")["level"] == 3
    assert seen_of(cached, "bob", names, valkey_url) == set()


@pytest.mark.parametrize("other_was_seen", [False, True])
def test_the_clips_of_one_who_may_not_be_shown_do_not_stand_before_all_others(
    world: Config, call: Call, other_was_seen: bool
) -> None:
    """They are more than a fallback proposes at once, and newer than the only other one."""
    publish("other", "zoe", age_ms=900 * HOUR)
    if other_was_seen:
        get(call, "limit=30")
    at = now_ms()
    for number in range(700):
        newcomers.add(ClipState(f"s{number}", "spam", (), "", "", 10_000, at))
    for number in range(60):
        make(f"s{number}", owner="spam", published_at=at, tags=[])
    User("spam", created_at=1).save()
    assert call("social", "PUT", "/v1/users/spam/block", user="bob").status in (200, 204)
    page = get(call, "limit=5")
    assert ids(page) == ["other"]
    assert page["items"][0]["repeated"] is other_was_seen


def test_pages_go_on_without_repeats_while_the_cache_is_away(
    world: Config, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        publish(f"v{number}", f"o{number}")
    first = get(call, "limit=4")
    (nowhere,) = ports.free(1)
    monkeypatch.setenv(f"{PREFIX}CACHE_URL", f"valkey://127.0.0.1:{nowhere}")
    config.cache_clear()
    seen, session = set(ids(first)), first["session"]
    for _ in range(2):
        page = get(call, f"limit=4&session={session}")
        assert page["level"] == 2
        assert page["label"] == "Hot Recommendations"
        assert not seen & set(ids(page))
        assert len(page["items"]) == 4
        seen |= set(ids(page))
        session = page["session"]
    assert [item["repeated"] for item in get(call, f"limit=4&session={session}")["items"]] == [True] * 4


def test_receipts_say_how_each_clip_came_to_its_place(world: Config, call: Call) -> None:
    for number in range(40):
        publish(f"v{number}", f"o{number}")
    page = get(call, "limit=20")
    later = get(call, f"limit=20&session={page['session']}")
    key = answers.keys()
    for first, of in ((0, page), (20, later)):
        found = [receipts.verified(item["receipt"], "bob", key, now_ms()) for item in of["items"]]
        assert [one.position for one in found] == list(range(first, first + len(found)))
        assert {one.answer_id for one in found} == {of["answer_id"]}
        assert [one.source for one in found] == [item["source"] for item in of["items"]]
        assert all(0 < one.propensity <= 1 for one in found)
        assert {one.policy for one in found} == {"ranked-1"}
    assert any(item["source"] == "fresh" for item in page["items"])


def accounts_for_all(told: dict[str, Any]) -> bool:
    """What a stage leaves is what comes to the next one, and what the last one leaves is the page."""
    stages = told["stages"]
    came = [sum(told["proposed"].values()), *(one["left"] for one in stages)]
    return [*(one["came"] for one in stages), len(told["items"])] == came and all(
        one["came"] + one["added"] - sum(one["dropped"].values()) == one["left"] for one in stages
    )


def dropped(told: dict[str, Any]) -> dict[str, int]:
    return {reason: number for one in told["stages"] for reason, number in one["dropped"].items()}


def test_an_explanation_accounts_for_every_candidate_and_shows_nothing(world: Config, call: Call) -> None:
    for number in range(60):
        publish(f"v{number}", f"o{number % 7}", tags=(f"t{number % 3}",))
    for user_id in ("o1", "bob"):
        User(user_id, created_at=1).save()
    assert call("feed", "PUT", "/v1/feed/hidden/creators/o1", user="bob").status == 204
    told = call("feed", "GET", "/v1/feed/explanations/bob?limit=10", user="ada", roles=("admin",)).json
    assert accounts_for_all(told), told
    assert dropped(told)["hidden-creator"] > 0
    assert len(told["items"]) == 10
    assert told["policy"] == "ranked-1"
    for nobody in ("nobody", "@bob"):
        assert call("feed", "GET", f"/v1/feed/explanations/{nobody}", user="ada", roles=("admin",)).status == 404
    again = call("feed", "GET", "/v1/feed/explanations/bob?limit=10", user="ada", roles=("admin",)).json
    assert "seen" not in dropped(again), "nothing was marked as seen"
    assert call("feed", "GET", "/v1/feed/explanations/bob", user="bob", roles=("viewer",)).status == 403


@pytest.mark.parametrize("hidden", [0, 45, 58])
def test_an_explanation_accounts_for_what_fills_a_page(world: Config, call: Call, hidden: int) -> None:
    """Of 60 clips so many are private by now, which the item table does not know."""
    User("bob", created_at=1).save()
    for number in range(60):
        publish(f"v{number}", f"o{number % 7}", visibility="private" if number < hidden else "public")
    told = call("feed", "GET", "/v1/feed/explanations/bob?limit=10", user="ada", roles=("admin",)).json
    assert accounts_for_all(told), told
    assert len(told["items"]) == min(10, 60 - hidden)
    assert dropped(told).get("not-public", 0) <= hidden


def test_two_clips_of_a_creator_are_no_neighbours_also_across_pages(world: Config, call: Call) -> None:
    """Two creators and pages of three: each page alone would begin and end with the better one."""
    for number in range(24):
        publish(f"v{number}", f"o{number % 2}", age_ms=HOUR * (1 + 400 * (number % 2)))
    owners: list[str] = []
    session = ""
    for _ in range(6):
        page = get(call, f"limit=3&session={session}")
        owners += [item["owner_id"] for item in page["items"] if not item["repeated"]]
        session = page["session"]
    assert len(owners) == 18
    assert all(one != other for one, other in pairwise(owners)), owners


def test_each_new_clip_is_counted_where_it_was_shown(world: Config, call: Call, cached: Valkey) -> None:
    for number in range(5):
        publish(f"v{number}", f"o{number}")
    shown = ids(get(call, "limit=5"))
    counted = cached.hgetall(exploration.impression_keys(now_ms())[0])
    assert counted == dict.fromkeys(shown, "1")


def test_a_page_for_somebody_without_an_account_counts_no_impressions(
    world: Config, call: Call, cached: Valkey
) -> None:
    """One address may ask for ten pages a second, and look at none."""
    for number in range(5):
        publish(f"v{number}", f"o{number}")
    assert len(get(call, "limit=5", user=None)["items"]) == 5
    assert not cached.hgetall(exploration.impression_keys(now_ms())[0])


def test_served_features_are_logged_for_training(world: Config, call: Call) -> None:
    for number in range(40):
        publish(f"v{number}", f"o{number}")
    page = get(call, "limit=20")
    served_log.flush()
    (key,) = storage.list_keys("data", "features/")
    rows = [json.loads(line) for line in gzip.decompress(storage.read("data", key, 10**6)).splitlines()]
    assert len(rows) >= 2, "each clip that explores, at least"
    for row in rows:
        assert row["answer_id"] == page["answer_id"]
        assert ids(page)[row["position"]] == row["video_id"]
        assert len(features.check(row["features"])) == len(features.FEATURES)
