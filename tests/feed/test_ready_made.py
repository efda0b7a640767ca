"""Ready-made answers: real Valkey, tables and buckets in process; also when the tables do not answer."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkey import Valkey

from reelstack.behavior.receipts import verified
from reelstack.cards import answers
from reelstack.feed import (
    artefacts,
    choices,
    hot_lists,
    kept_lists,
    ready_made,
    ready_pages,
    sessions,
    warm_lists,
    warm_stores,
)
from reelstack.feed.choices import HiddenKind, Interests
from reelstack.feed.pages import FeedPage
from reelstack.feed.ready_pages import ReadyItem
from reelstack.feed.sessions import Session
from reelstack.feed.viewer_context import Asker
from reelstack.feed.warm_stores import Copy, What
from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from reelstack.social import blocks
from reelstack.tables.videos import Video
from tests.feed.test_read_units import units
from tests.support.fast_moto import backend
from tests.videos.test_videos import make

Call = Callable[..., Any]
HOUR = 3_600_000
BOB = Asker("bob")


@pytest.fixture
def world(aws: Config, cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> Valkey:
    monkeypatch.setattr(ready_made, "HIDES_SHARE", 1.0)  # a busy machine of tests keeps no 5 ms
    artefacts.forget()
    kept_lists.forget()
    for number in range(25):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - HOUR * (number + 1), tags=[f"t{number}"])
    warm_lists.make()
    return cached


def answer(asker: Asker = BOB, session: str | None = None, limit: int = 20, **more: Any) -> FeedPage:
    return FeedPage.model_validate_json(ready_made.answer(asker, [session], limit, **more))


def ids(page: FeedPage) -> list[str]:
    return [one.video_id for one in page.items]


def test_it_is_a_page_of_the_feed_with_receipts_and_a_session(world: Valkey) -> None:
    page = answer(limit=5)
    assert (page.level, page.label, page.stale) == (3, "Hot Recommendations", False)
    assert ids(page) == [f"v{n}" for n in range(5)]
    assert page.items[0].playback
    for place, one in enumerate(page.items):
        assert one.receipt
        receipt = verified(one.receipt, "bob", answers.keys(), now_ms())
        assert (receipt.video_id, receipt.position, receipt.level) == (one.video_id, place, 3)
        assert receipt.answer_id == page.answer_id
    assert page.cursor == page.session


def test_pages_do_not_overlap_and_the_oldest_come_again_last(world: Valkey) -> None:
    first = answer(limit=15)
    second = answer(session=first.session, limit=15)
    assert ids(first) + ids(second)[:10] == [f"v{n}" for n in range(25)]
    assert [one.repeated for one in second.items] == [False] * 10 + [True] * 5
    assert ids(second)[10:] == ids(first)[:5]
    assert len(answer(session=second.session, limit=30).items) == ready_pages.MOST


def test_an_anonymous_reader_has_receipts_of_their_session(world: Valkey) -> None:
    page = answer(Asker(None, session="s1"), limit=1)
    receipt = verified(page.items[0].receipt or "", None, answers.keys(), now_ms())
    assert receipt.session == "s1"


def test_what_the_viewer_hides_or_blocks_is_left_out_with_the_next_answer(world: Valkey) -> None:
    assert {"v0", "v1", "v2", "v3"} <= set(ids(answer()))
    choices.hide("bob", HiddenKind.VIDEOS, "v0")
    choices.hide("bob", HiddenKind.CREATORS, "o1")
    choices.hide("bob", HiddenKind.TAGS, "T2")
    blocks.block("bob", "o3")
    assert not {"v0", "v1", "v2", "v3"} & set(ids(answer()))
    assert {"v0", "v1"} <= set(ids(answer(Asker("eve"))))


@pytest.mark.parametrize("asked_lately", [False, True])
def test_what_was_hidden_or_blocked_before_the_tables_went_stays_out(world: Valkey, asked_lately: bool) -> None:
    """A moment ago, or longer ago than the cache keeps what it does not doubt."""
    for viewer in ("bob", "o4"):  # as a page of another level does
        choices.choices_of(viewer)
        blocks.blocked_of(viewer, ())
    choices.hide("bob", HiddenKind.VIDEOS, "v0")
    choices.hide("bob", HiddenKind.TAGS, "T2")
    choices.hide("bob", HiddenKind.TAGS, "T5")
    choices.show_again("bob", HiddenKind.TAGS, "T5")
    blocks.block("bob", "o3")
    blocks.block("o4", "bob")
    blocks.block("bob", "o6")
    blocks.unblock("bob", "o6")
    if not asked_lately:
        for one in (choices.cached_as("bob"), blocks.cached_as("bob"), blocks.cached_as("o4")):
            world.delete(f"rs:{one}")
    backend("dynamodb").tables = {}
    assert {f"v{n}" for n in range(7)} - set(ids(answer(tables_answer=False))) == {"v0", "v2", "v3", "v4"}
    of_another = ids(answer(Asker("o4"), tables_answer=False))
    assert {"v0", "v3"} <= set(of_another), "what bob hides is nobody else's"


def test_of_somebody_new_the_tables_are_asked_once(world: Valkey) -> None:
    """Nothing of them in the cache is no cache that is away."""
    answer()
    with units() as spent:
        answer()
    assert spent == {}


def test_what_is_left_out_makes_a_page_no_shorter(world: Valkey) -> None:
    """Of 25 clips the first 20 are what everybody is shown."""
    for number in range(5):
        choices.hide("bob", HiddenKind.CREATORS, f"o{number}")
    assert ids(answer()) == [f"v{n}" for n in range(5, 25)]
    for number in range(5, 15):
        choices.hide("bob", HiddenKind.TAGS, f"t{number}")
    assert ids(answer()) == [f"v{n}" for n in range(15, 25)]


def test_a_viewer_for_whom_a_regions_list_has_nothing_is_shown_the_worlds(world: Valkey) -> None:
    world_page = kept_lists.page("", now_ms())
    of_region = replace(world_page, region="AT", items=world_page.items[:2])
    kept_lists._pages["AT"] = kept_lists._Kept(of_region, time.time())
    choices.hide("bob", HiddenKind.CREATORS, "o0")
    assert ids(answer(Asker("bob", country="AT"), limit=5)) == [f"v{n}" for n in range(1, 6)]


def test_a_page_is_in_the_languages_that_a_viewer_chose(world: Valkey) -> None:
    for number, language in enumerate(("de", "fr", "")):
        make(f"in-{language}", owner=f"l{number}", published_at=now_ms(), tags=[], language=language)
    warm_lists.make()
    choices.set_interests("bob", Interests((), ("de",)))
    kept_lists.forget()
    found = ids(answer(limit=30))
    assert {"in-de", "in-"} <= set(found)
    assert "in-fr" not in found
    assert len(found) == 20
    assert "in-fr" in ids(answer(Asker("eve")))


def test_nobody_is_shown_their_own(world: Valkey) -> None:
    assert "v4" not in ids(answer(Asker("o4")))


def test_hides_that_nobody_can_tell_leave_nothing_out(world: Valkey) -> None:
    choices.hide("bob", HiddenKind.VIDEOS, "v0")
    world.flushdb()
    assert "v0" not in ids(answer())
    world.flushdb()
    backend("dynamodb").tables = {}
    assert "v0" in ids(answer(tables_answer=False))


def test_of_a_region_without_a_page_the_worlds_is_served(world: Valkey) -> None:
    assert ids(answer(Asker("bob", country="ZZ"))) == ids(answer())


def test_without_a_cache_the_page_comes_from_the_bucket_then_from_the_process(world: Valkey) -> None:
    world.flushdb()
    asked = ids(answer(tables_answer=False))
    assert len(asked) == 20
    kept_lists._pages[""].read_at = 0
    for copy in warm_stores.copies(""):
        copy.delete()
    assert ids(answer(tables_answer=False)) == asked


@pytest.mark.parametrize("kind", ["ready", "page"])
def test_an_old_page_is_served_and_says_so(world: Valkey, kind: What) -> None:
    """Also the CDN's, which an earlier version made alone."""
    made_at = now_ms() - hot_lists.STALE_MS - 1
    old = json.loads(storage.read("media", "feed/hot-world.json", 10**6))
    world.flushdb()
    for copy in warm_stores.copies(""):
        copy.delete()
    Copy("", kind, "bucket").write(ready_pages.pack("", made_at, old["items"]))
    page = answer()
    assert (len(page.items), page.stale) == (20, True)


def test_a_copy_in_the_process_forgets_a_withdrawn_clip_with_its_next_look(world: Valkey) -> None:
    assert "v0" in ids(answer())
    Video("v0").update([Video.state.set("rejected")])
    warm_lists.make()
    kept_lists._pages[""].read_at -= kept_lists.PAGE_SECONDS
    assert "v0" not in ids(answer())


def test_with_nothing_else_the_packed_page_is_served(aws: Config, tmp_path: Path) -> None:
    kept_lists.forget()
    items = [
        {"video_id": "vid", "owner_id": "ann", "tags": [], "playback": {"x": 1}, "preload": {}, "poster_url": "/v"}
    ]
    file = tmp_path / "snapshot.json"
    file.write_bytes(ready_pages.without_addresses(ready_pages.pack("", 5, items)))
    kept_lists.pack_in(file)
    page = json.loads(ready_made.answer(BOB, [], 20, tables_answer=False))
    kept_lists.forget()
    assert page["items"][0]["video_id"] == "vid"
    assert (page["items"][0]["playback"], page["items"][0]["poster_url"], page["stale"]) == (None, None, True)


def test_a_fresh_deployment_that_reaches_nothing_has_an_empty_page(aws: Config) -> None:
    kept_lists.forget()
    kept_lists.pack_in(Path("functions/feed/api/snapshot.json"))
    page = answer()
    assert (page.items, page.cursor, page.stale) == ([], None, True)


def test_tables_that_do_not_answer_make_the_route_answer_from_what_is_ready(world: Valkey, call: Call) -> None:
    assert call("feed", "GET", "/v1/feed?limit=5", user="bob", roles=("viewer",)).json["level"] < 3
    for key in world.keys("rs:card:*"):  # type: ignore[union-attr]
        world.delete(key)
    backend("dynamodb").tables = {}
    found = call("feed", "GET", "/v1/feed?limit=5", user="bob", roles=("viewer",))
    assert (found.status, found.headers["x-feed-level"]) == (200, "3")
    assert found.headers["content-type"] == "application/json"
    assert len(found.json["items"]) == 5
    assert FeedPage.model_validate(found.json)


ITEMS = tuple(ReadyItem(f"v{n}", f"o{n}", (), b'{"x":1') for n in range(80))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 99), unique=True, max_size=90), st.integers(1, 30))
def test_a_page_is_full_and_repeats_only_when_nothing_else_is_left(shown: list[int], limit: int) -> None:
    session = Session(1, 1, served=tuple(sessions.clip_hash(f"v{n}") for n in shown))
    chosen = ready_made._chosen([ITEMS[:60], ITEMS[60:]], session, limit)
    assert len(chosen) == min(limit, 20)
    assert len({one.video_id for one, _ in chosen}) == len(chosen)
    fresh = 80 - sum(n < 80 for n in shown)
    assert [repeated for _, repeated in chosen] == [place >= fresh for place in range(len(chosen))]
