"""Warm lists by their function: real Valkey, tables and buckets in process."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from valkey import Valkey

from functions.feed.update_hot_lists.handler import handler
from reelstack.feed import hot_lists, kept_lists, newcomers, public_clips, ready_pages, warm_lists, warm_stores
from reelstack.feed.pages import FeedItem
from reelstack.feed.warm_stores import Copy
from reelstack.platform import cache, storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config, config
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.videos import Video
from tests.videos.test_videos import make

HOUR = 3_600_000
NAMES = ("region", "made_at", "entries", "items", "video_id", "owner_id", "tags")
Run = Callable[..., dict[str, int]]


@pytest.fixture
def run(aws: Config, cached: Valkey, event: Any, context: Any) -> Run:
    """run("withdrawn", video_id=…) -> what the function answers to that sample."""
    kept_lists.forget()

    def started(case: str, **detail: Any) -> dict[str, int]:
        sample = event(f"feed/update_hot_lists.{case}")
        answer: dict[str, int] = handler({**sample, "detail": {**sample["detail"], **detail}}, context)
        return answer

    return started


def clips(count: int, **more: Any) -> None:
    for number in range(count):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - HOUR * (number + 1), **more)


def listed(region: str = hot_lists.WORLD, where: Any = "cache") -> list[str]:
    copy = Copy(region, "list", where)
    text = copy.read()
    return copy.ids(text) if text else []


def newcomer_states() -> dict[str, bool]:
    """Clip -> whether it is there."""
    entries, _ = newcomers.parse(cache.run([newcomers.since(0)])[0])
    return {video_id: clip is not None for video_id, clip in entries}


def test_every_region_has_a_list_and_a_ready_made_page_in_the_cache_and_in_the_bucket(run: Run) -> None:
    clips(12, region="AT", tags=["cats"], language="de")
    Counter("v5", likes=40, plays=50).save()
    assert run("scheduled") == {"lists": 2}
    for region in ("", "AT"):
        for where in ("cache", "bucket"):
            assert listed(region, where)[0] == "v5", "what is liked most is first"
            assert len(listed(region, where)) == 12
        page = ready_pages.parse(storage.read("media", ready_pages.object_key(region), 10**6))
        assert [one.video_id for one in page.items] == listed(region)
        assert not page.is_stale(now_ms())
    entry = hot_lists.parse(Copy("AT", "list", "bucket").read() or b"").entries[0]
    assert (entry.owner_id, entry.tags, entry.language) == ("o5", ("cats",), "de")


def test_a_ready_made_item_is_as_the_feeds_are_and_plays_for_hours(run: Run) -> None:
    clips(1)
    run("scheduled")
    page = json.loads(storage.read("media", "feed/hot-world.json", 10**6))
    item = FeedItem.model_validate(page["items"][0])
    assert item.playback
    assert item.playback.master_url.startswith("/v/v0/t/")
    assert item.playback.expires_at > now_ms() / 1000 + 5.9 * 3600
    assert item.receipt is None
    assert FeedItem.model_fields.keys() == page["items"][0].keys()


def test_daily_lists_order_what_they_know(run: Run) -> None:
    clips(6)
    content = {"version": 1, "hot": ["v4", "v5"], "rising": [], "languages": {"de": ["v3"]}, "tastes": {}}
    storage.write_json("data", "lists/current.json", {"version": 1, "made": "d", "regions": ["DE"]})
    for region in ("world", "DE"):
        storage.write_json("data", f"lists/d/{region}.json", {**content, "region": region})
    assert run("scheduled") == {"lists": 2}
    assert listed("DE")[:2] == listed("")[:2] == ["v4", "v5"]
    assert set(listed("DE")) == {f"v{n}" for n in range(6)}


@pytest.mark.parametrize("bad", [{"version": 9}, {"version": 1}, []])
def test_daily_lists_of_another_form_are_left_out(run: Run, bad: Any) -> None:
    clips(2)
    storage.write_json("data", "lists/current.json", bad)
    assert run("scheduled") == {"lists": 1}
    assert listed() == ["v0", "v1"]


def test_what_is_not_for_everybody_is_in_no_list(run: Run) -> None:
    clips(1)
    make("private", owner="x", visibility="private")
    make("rejected", owner="x", state="rejected", published_at=5)
    User("closed", created_at=1, private=True).save()
    make("of-closed", owner="closed")
    run("scheduled")
    assert listed() == ["v0"]


def test_a_new_stage_has_lists_with_its_first_publication(run: Run) -> None:
    make("vid", published_at=now_ms())
    assert run("published") == {"newcomers": 1}
    assert listed() == ["vid"]
    assert newcomer_states() == {"vid": True}


def test_a_stage_with_lists_makes_none_for_a_publication(run: Run) -> None:
    clips(20)
    run("scheduled")
    made_at = warm_stores.read_index().began_at
    make("vid", published_at=now_ms())
    run("published")
    run("published")
    assert warm_stores.read_index().began_at == made_at
    assert newcomer_states()["vid"]


def test_a_takedown_leaves_newcomers_lists_and_pages_at_once(run: Run) -> None:
    clips(3, region="AT")
    run("scheduled")
    run("published", video_id="v1")
    Video("v1").update([Video.state.set("rejected")])
    assert run("withdrawn", video_id="v1", state="rejected") == {"lists": 2}
    for region in ("", "AT"):
        for where in ("cache", "bucket"):
            for what in ("list", "page", "ready"):
                text = Copy(region, what, where).read()
                assert text
                assert b'"v1"' not in text
                assert b'"v0"' in text
    assert newcomer_states() == {"v0": True, "v1": False, "v2": True}


def test_an_account_that_closes_takes_its_clips_along_and_brings_them_back(run: Run) -> None:
    clips(2)
    make("own", owner="ann", published_at=now_ms() - HOUR)
    run("scheduled")
    assert "own" in listed()
    User("ann", created_at=1, private=True).save()
    assert run("narrowed") == {"lists": 1}
    assert "own" not in listed() + listed(where="bucket")
    assert newcomer_states() == {"own": False, "v0": True, "v1": True}
    User("ann", created_at=1).save()
    run("account_listed")
    assert newcomer_states()["own"]


def test_a_clip_that_is_hidden_and_shown_again_is_a_newcomer_again_however_old_it_is(run: Run) -> None:
    """Else it would be withdrawn from item tables for three days: what is withdrawn is remembered so long."""
    clips(2)
    make("old", owner="ann", published_at=now_ms() - 40 * 24 * HOUR, visibility="private")
    run("scheduled")
    run("withdrawn", video_id="old", state="published")
    assert newcomer_states()["old"] is False
    Video("old").update([Video.visibility.set("public")])
    assert run("listed", video_id="old") == {"lists": 0}
    assert newcomer_states()["old"] is True


def test_a_clip_that_only_its_address_shows_from_now_on_leaves_all_lists(run: Run) -> None:
    clips(2)
    run("scheduled")
    Video("v1").update([Video.visibility.set("unlisted")])
    assert run("listed", video_id="v1") == {"lists": 1}
    assert listed() == listed(where="bucket") == ["v0"]
    assert newcomer_states() == {"v0": True, "v1": False}


def test_a_late_event_withdraws_nothing_that_is_public_again(run: Run) -> None:
    clips(2)
    run("scheduled")
    assert run("withdrawn", video_id="v1") == {"lists": 0}
    assert listed() == ["v0", "v1"]
    assert newcomer_states() == {"v0": True, "v1": True}


def test_a_clip_withdrawn_while_lists_are_made_is_in_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event came before the lists were written, and found nothing to take out."""
    clips(3)
    write = Copy.write

    def taken_down_first(copy: Copy, text: bytes) -> None:
        Video("v2").update([Video.state.set("rejected")])
        write(copy, text)

    monkeypatch.setattr(Copy, "write", taken_down_first)
    warm_lists.make()
    assert "v2" not in listed() + listed(where="bucket")


def withdraw(video_id: str) -> None:
    """As often as its event comes again, if the cache does not answer."""
    for _ in range(10):
        with suppress(*cache.errors()):
            warm_stores.withdraw([video_id], [""])
            return


def test_withdrawals_at_the_same_time_undo_none_of_each_other(run: Run) -> None:
    clips(12)
    run("scheduled")
    gone = [f"v{n}" for n in range(0, 12, 2)]
    for one in gone:
        Video(one).update([Video.state.set("deleted")])
    threads = [threading.Thread(target=withdraw, args=(one,)) for one in gone]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    left = [f"v{n}" for n in range(1, 12, 2)]
    assert listed() == listed(where="bucket") == left


def test_a_region_without_clips_loses_its_list(run: Run) -> None:
    make("here", owner="o", region="AT", published_at=now_ms())
    run("scheduled")
    assert listed("AT")
    Video("here").update([Video.region.set("DE")])
    run("scheduled")
    assert (listed("AT"), listed("AT", "bucket"), listed("DE")) == ([], [], ["here"])


def test_without_a_cache_the_bucket_has_the_lists(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    clips(2)
    with_url = cache.address()
    monkeypatch.setenv("REELSTACK_CACHE_URL", "valkey://127.0.0.1:1/0")
    config.cache_clear()
    assert cache.address() != with_url
    assert run("scheduled") == {"lists": 1}
    assert listed(where="bucket") == ["v0", "v1"]


def test_a_clip_that_no_event_told_of_is_a_newcomer_with_the_next_run(run: Run) -> None:
    make("vid", published_at=now_ms(), visibility="private")
    assert run("published") == {"newcomers": 0}
    make("vid", published_at=now_ms())
    make("old", published_at=now_ms() - 4 * 24 * HOUR)
    run("scheduled")
    assert newcomer_states() == {"vid": True}


def test_facts_of_a_clip_are_what_features_are_made_of(aws: Config) -> None:
    make("vid", tags=["a"], language="de", region="AT", duration_ms=7000)
    clip = public_clips.facts(public_clips.of(["vid"])["vid"])
    assert (clip.owner_id, clip.tags, clip.language, clip.region, clip.duration_ms) == ("ann", ("a",), "de", "AT", 7000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=len(NAMES)),
    max_leaves=20,
)


@given(JSON | st.binary(max_size=20), st.booleans())
def test_what_is_no_list_and_no_page_is_refused_and_nothing_else_happens(made: Any, versioned: bool) -> None:
    if versioned and isinstance(made, dict):
        made = {**made, "version": 1}
    text = made if isinstance(made, bytes) else json.dumps(made).encode()
    for parse in (hot_lists.parse, ready_pages.parse):
        with suppress(ValueError):
            parse(text)
