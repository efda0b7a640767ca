"""Trending clips are at every place's edge before the next viewer, warm ones in the regional cache: over the network,
through the laptop's edge."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import _edge_world
from bench._edge_world import Clip, SlowOrigin, clip
from functions.delivery.warm_edge.handler import handler
from local.edge_cache import Locations
from local.edge_viewer import PLACE_HEADER
from reelstack.delivery import edge_client, warm_up
from reelstack.delivery.warm_up import AHEAD_SECONDS, Asked, expected_plays
from reelstack.platform import aws as seam
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.tables.counters import Counter

PLACES = ("us", "eu")
MINUTES_MS = 60_000
PLAYS_THEN = {"trending": 90_000, "rising": 60_000, "warm": 20_000, "cold": 5}
PLAYS_NOW = {"trending": 100_001, "rising": 70_000, "warm": 20_100, "cold": 6}


@dataclass
class World:
    url: str
    clips: dict[str, Clip]
    origin: SlowOrigin

    def verdicts(self, name: str, place: str) -> set[str]:
        """What caches say to a viewer who begins to watch at this place."""
        one = self.clips[name]
        item = _edge_world.item(one, 0)
        return {self._get(asked, place) for asked in warm_up.beginning(item)}

    def _get(self, asked: Asked, place: str) -> str:
        headers = {PLACE_HEADER: place}
        if asked.span:
            headers["range"] = f"bytes={asked.span[0]}-{asked.span[1]}"
        with urllib.request.urlopen(urllib.request.Request(self.url + asked.path, headers=headers)) as answer:
            return str(answer.headers["x-cache"])


@pytest.fixture
def world(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv(f"{PREFIX}WARM_UP_PLACES", ",".join(PLACES))
    config.cache_clear()
    clips = {name: clip(name, 30) for name in PLAYS_NOW}
    for name, plays in PLAYS_NOW.items():
        Counter(name, plays=plays).save()
    origin = SlowOrigin(seconds=0)
    origin.objects[warm_up.PAGE] = _edge_world.page(list(clips.values()), now_ms() - 10 * MINUTES_MS, PLAYS_THEN)
    with _edge_world.served(list(clips.values()), Locations(regions=PLACES), origin) as url:
        seam.client("ssm").put_parameter(Name=config().site_parameter, Value=f"{url}/", Type="String")
        edge_client.site_url.cache_clear()
        yield World(url, clips, origin)
    edge_client.site_url.cache_clear()


def test_what_is_trending_or_about_to_be_is_at_each_edge_before_the_next_viewer(
    world: World, event: Callable[[str], Any], context: Any
) -> None:
    done = handler(event("delivery/warm_edge.scheduled"), context)
    assert (done["trending"], done["warm"], done["failed"]) == (2, 1, 0)
    for place in PLACES:
        assert world.verdicts("trending", place) == world.verdicts("rising", place) == {"Hit from edge"}
    assert world.verdicts("warm", "us") == {"Hit from regional"}
    assert world.verdicts("cold", "us") == {"Miss"}
    before = world.origin.asked.total()
    assert handler(event("delivery/warm_edge.scheduled"), context) == done
    media = {path for path, _ in world.origin.asked if path.startswith("/v/")}
    assert all(times <= len(PLACES) for (path, _), times in world.origin.asked.items() if path in media)
    assert world.origin.asked.total() - before <= len(PLACES) * 3, "counts alone may have to be asked for again"


def test_a_run_is_bounded_and_what_fails_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world.origin.objects["/v/trending/1/poster.jpg"]
    del world.origin.objects["/v/rising/1/poster.jpg"]
    assert warm_up.run(edge_client.fetch, PLACES).failed == 2 * len(PLACES)
    monkeypatch.setattr(warm_up, "MOST_REQUESTS", 5)
    assert warm_up.run(edge_client.fetch, PLACES).requests == 5


def test_a_clip_that_was_archived_since_the_page_was_made_stops_no_other(world: World) -> None:
    page = json.loads(world.origin.objects[warm_up.PAGE])
    archived = page["items"][0]["playback"]
    archived |= {"master_url": None, "renditions": [], "sound": None}
    world.origin.objects[warm_up.PAGE] = json.dumps(page).encode()
    done = warm_up.run(edge_client.fetch, PLACES)
    assert (done.trending, done.failed) == (1, 0)


def test_without_a_page_there_is_nothing_to_do() -> None:
    assert warm_up.run(lambda _: (404, b""), PLACES) == warm_up.Warmed(0, 0, 0, 0)


def test_an_edge_that_does_not_answer_is_told() -> None:
    def away(_: Asked) -> tuple[int, bytes]:
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        warm_up.run(away, PLACES)


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**7))
def test_plays_are_expected_to_go_on_as_they_did(then: int, more: int, between_ms: int) -> None:
    expected = expected_plays(then, then + more, between_ms)
    if between_ms < MINUTES_MS:
        assert expected == then + more
    else:
        assert expected - then - more == pytest.approx(more / between_ms * AHEAD_SECONDS * 1000)
