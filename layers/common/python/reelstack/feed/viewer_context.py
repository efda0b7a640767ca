"""Viewer context: all that the feed knows of who asks, by one request to the cache.

What the cache lacks comes from tables, or is empty: an answer never fails because something of its viewer is unknown.
Nobody who switched `personalised` off is known here: their context holds their own choices, and no history.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from reelstack.accounts import users
from reelstack.degradation.health import AWAY, Health, Turn, View
from reelstack.feed import (
    choices,
    exploration,
    hot_lists,
    kept_lists,
    live_signals,
    owed_clips,
    seen_keys,
    timelines,
    viewer_profiles,
)
from reelstack.feed.choices import Choices
from reelstack.feed.features import Totals
from reelstack.feed.hot_lists import HotList
from reelstack.feed.item_table import ItemTable
from reelstack.feed.live_signals import RegionSignals, UnknownVersion, ViewerSignals
from reelstack.feed.owed_clips import Drawn
from reelstack.interactions import bookmarks, likes
from reelstack.platform import cache, clock
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.social import blocks, relationships

SHARED_SECONDS = 5
"""How long a process keeps a region's counters and its hot list: they are 100 KB, and change every 30 s."""
OWN_COMMANDS, REGION_COMMANDS = 3, 5
PROFILE_SECONDS = 600
"""A profile changes once a day."""


@dataclass(frozen=True)
class Asker:
    """Who asks. `session`: of somebody without an account."""

    viewer_id: str | None
    session: str = ""
    country: str = ""

    @property
    def identity(self) -> str:
        return self.viewer_id or f"s:{self.session}"


@dataclass(frozen=True)
class Profile:
    """Of feed.viewer_profiles, as long as the scores are read."""

    as_of: int = 0
    region: str = ""
    language: str = ""
    totals: Totals = field(default_factory=Totals)
    interests: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ViewerContext:
    asker: Asker
    region: str = ""
    personalised: bool = False
    signals: ViewerSignals = field(default_factory=ViewerSignals)
    profile: Profile = field(default_factory=Profile)
    filters: tuple[bytes | None, ...] = ()
    live: RegionSignals = field(default_factory=RegionSignals)
    choices: Choices = field(default_factory=Choices)
    hot: HotList = field(default_factory=lambda: HotList("", 0))
    impressions: Mapping[str, int] = field(default_factory=dict)
    """Clips that may be owed impressions -> those they had."""
    owed: Drawn = field(default_factory=Drawn)
    """Of which clips these impressions are."""
    cache_answered: bool = True
    view: View = field(default_factory=lambda: View(AWAY, search=False))
    """How the deployment does."""
    turn: Turn | None = None
    """This answer's, to be ended by Health.finish; None while there is no cache."""


@dataclass
class _Shared:
    """What is the same for all viewers of a region, as this process read it last."""

    live: RegionSignals = field(default_factory=RegionSignals)
    hot: HotList = field(default_factory=lambda: HotList("", 0))
    impressions: Mapping[str, int] = field(default_factory=dict)
    owed: Drawn = field(default_factory=Drawn)
    read_at_ms: int = 0


_shared: dict[str, _Shared] = {}


@contextmanager
def of(asker: Asker, now_ms: int, table: ItemTable, health: Health) -> Iterator[ViewerContext]:
    """Within, what the same request brought of accounts, blocks, choices and profiles is found without another.

    `table`: of whose new clips impressions are wanted. The request also asks and tells how the deployment does; what
    the cache does not answer in time is lost, and the context says so. While this process knows that in this second
    only ready-made pages are answered, nothing is asked.
    """
    region = _shared.setdefault(asker.country, _Shared())
    if not cache.address():
        yield _known(asker, (), _Shared(hot=kept_lists.hot_list(asker.country, now_ms)), now_ms)
        return
    wanted = _Wanted(asker, region, table, now_ms)
    turn, answers = _asked(wanted, health, now_ms)
    if turn and turn.ready_made and answers is not None:
        view = health.receive(turn, answers, clock.now_ms())
        yield ViewerContext(asker, asker.country, hot=region.hot, view=view, turn=turn)
        return
    if turn is None or answers is None:
        if region.hot.is_stale(now_ms):
            region.hot = kept_lists.hot_list(asker.country, now_ms)
        view = health.lost(turn, clock.now_ms()) if turn else View(AWAY, search=False)
        with cache.left_out():
            yield replace(_known(asker, (), region, now_ms), view=view, turn=turn, cache_answered=False)
        return
    view = health.receive(turn, answers, clock.now_ms())
    keys, answers = wanted.keys, answers[turn.commands :]
    texts = {key: text.decode() for key, text in zip(keys, answers, strict=False) if text is not None}
    own = answers[len(keys) : len(keys) + OWN_COMMANDS] if asker.viewer_id else []
    if wanted.stale:
        region = _shared[asker.country] = _read(answers[-REGION_COMMANDS:], region, wanted.owed, now_ms)
    with cache.given(texts):
        yield replace(_known(asker, own, region, now_ms), view=view, turn=turn)


class _Wanted:
    """What an answer asks of the cache beside its health."""

    def __init__(self, asker: Asker, region: _Shared, table: ItemTable, now_ms: int) -> None:
        self._asker, self._region, self._table, self._now_ms = asker, region, table, now_ms
        self.stale = now_ms - region.read_at_ms > SHARED_SECONDS * 1000

    @cached_property
    def keys(self) -> list[str]:
        return _json_keys(self._asker)

    @cached_property
    def owed(self) -> Drawn:
        return owed_clips.draw(self._table, self._now_ms) if self.stale else self._region.owed

    def commands(self) -> list[tuple[str | int, ...]]:
        found: list[tuple[str | int, ...]] = [("GET", f"{cache.PREFIX}{key}") for key in self.keys]
        found += _of_viewer(self._asker, self._now_ms)
        return found + (_of_region(self._asker.country, self.owed.video_ids, self._now_ms) if self.stale else [])


def _asked(wanted: _Wanted, health: Health, now_ms: int) -> tuple[Turn | None, list[Any] | None]:
    """What health has to do in this request, and the answers; none at all where all is known. Without a turn or answers
    the cache is away."""
    turn, answers = None, None
    try:
        with cache.pipeline(config().feed_cache_ms / 1000) as request:
            turn = health.begin(request, now_ms)
            if turn.asks:
                if not turn.ready_made:
                    cache.add(request, wanted.commands())
                answers = request.execute() if len(request) else []
    except cache.errors() as error:
        logger.warning("the cache did not answer", error=str(error))
        count("FeedCacheDown")
    return turn, answers


def _json_keys(asker: Asker) -> list[str]:
    if asker.viewer_id is None:
        return []
    kinds = (
        *(users.cached_as, blocks.cached_as, choices.cached_as, _profile_key, timelines.cached_as),
        *(likes.cached_as, bookmarks.cached_as, relationships.following_cached_as),
    )
    return [key(asker.viewer_id) for key in kinds]


def _of_viewer(asker: Asker, now_ms: int) -> list[tuple[str | int, ...]]:
    if asker.viewer_id is None:
        return []
    return [
        ("HGETALL", live_signals.viewer_key(asker.viewer_id)),
        *(("GET", key) for key in seen_keys.keys(asker.viewer_id, now_ms)),
    ]


def _of_region(region: str, owed: Sequence[str], now_ms: int) -> list[tuple[str | int, ...]]:
    days = exploration.impression_keys(now_ms)
    ids = list(owed) or ["none"]
    return [
        ("GET", live_signals.region_key(region)),
        *(("GET", hot_lists.key(one)) for one in (region, hot_lists.WORLD)),
        *(("HMGET", day, *ids) for day in days),
    ]


def _read(answers: Sequence[Any], before: _Shared, owed: Drawn, now_ms: int) -> _Shared:
    live, own, world, *days = answers
    impressions = {
        one: sum(int(day[index] or 0) for day in days) for index, one in enumerate(owed.floors)
    }  # fmt: skip
    owed_clips.learn(owed, impressions)
    hot = hot_lists.newer(_hot(own), _hot(world), now_ms) or before.hot
    if hot.made_at and hot.is_stale(now_ms):
        count("HotListStale")
    return _Shared(_region(live), hot, impressions, owed, now_ms)


def _known(asker: Asker, own: Sequence[Any], region: _Shared, now_ms: int) -> ViewerContext:
    """`own`: empty while the cache does not answer, and of somebody without an account."""
    made = ViewerContext(asker, asker.country, live=region.live, hot=region.hot)
    made = replace(made, impressions=region.impressions, owed=region.owed)
    viewer_id = asker.viewer_id
    if viewer_id is None:
        return made
    made = replace(made, choices=choices.choices_of(viewer_id))
    if not users.is_personalised(viewer_id):
        return made
    profile = _profile(viewer_id)
    signals = _signals(own[0], now_ms) if own else ViewerSignals()
    return replace(
        made,
        region=asker.country or profile.region,
        personalised=True,
        signals=signals,
        profile=profile,
        filters=tuple(own[1:3]),
    )


def _profile_key(viewer_id: str) -> str:
    return viewer_profiles.cached_as(viewer_id)


def _profile(viewer_id: str) -> Profile:
    kept = cache.remember(_profile_key(viewer_id), PROFILE_SECONDS, lambda: _load_profile(viewer_id))
    return Profile(**{**kept, "totals": Totals(**kept["totals"])}) if kept else Profile()


def _load_profile(viewer_id: str) -> dict[str, Any]:
    found = viewer_profiles.read(viewer_id)
    if found is None:
        return {}
    totals = {name: int(found.totals.get(name, 0)) for name in Totals.__dataclass_fields__}
    return {
        "as_of": int(found.as_of),
        "region": found.region or "",
        "language": found.language or "",
        "totals": totals,
        "interests": {key: float(score) for key, score in found.interests.items()},
    }


def _signals(answer: Any, now_ms: int) -> ViewerSignals:
    fields = dict(zip(answer[::2], answer[1::2], strict=True)) if isinstance(answer, list) else answer
    try:
        return live_signals.parse_viewer(fields, now_ms)
    except UnknownVersion:
        count("LiveSignalsRefused")
        return ViewerSignals()


def _region(blob: bytes | None) -> RegionSignals:
    try:
        return live_signals.parse_region(blob)
    except UnknownVersion:
        count("LiveSignalsRefused")
        return RegionSignals()


def _hot(text: bytes | None) -> HotList | None:
    try:
        return hot_lists.parse(text) if text is not None else None
    except ValueError:
        count("HotListRefused")
        return None


def forget() -> None:
    """For a test that begins with a new process."""
    _shared.clear()
    owed_clips.forget()
