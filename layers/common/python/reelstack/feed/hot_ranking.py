"""Hot ranking: in which order a region's hot list names clips, from several rankings of which any may be missing. Pure.

Rankings are fused by reciprocal rank (Cormack, Clarke and Büttcher 2009): a clip gets weight / (FLAT + its rank) from
each that names it. So no scale has to be known, and a list that is not there (a new stage has no daily lists, profile
`core` no live signals) changes nothing but the order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from reelstack.feed import live_signals
from reelstack.feed.hot_lists import Entry
from reelstack.feed.live_signals import RegionSignals

FLAT = 60
TRENDING, HOT, RISING, POPULAR = 1.0, 1.0, 0.7, 0.5
LANGUAGE, WORLD = 0.3, 0.3
"""Of the best of each language, so that every viewer's list has some; of what is hot elsewhere."""
TREND_SECONDS = 86400
ACTIONS = {"plays": 1.0, "likes": 5.0, "comments": 10.0, "shares": 10.0, "bookmarks": 10.0}
"""What counters count, by how much more it says than a play."""
HALVED_AFTER_MS = 3 * 24 * 3600 * 1000
OF_A_CREATOR, WITHIN = 2, 10


@dataclass(frozen=True)
class Counted:
    """What the tables know of a clip."""

    video_id: str
    region: str
    published_at: int
    counts: Mapping[str, int]


def fused(rankings: Iterable[tuple[float, Sequence[str]]], most: int) -> list[str]:
    """Ids by the sum of what each ranking, with its weight, gives them; of equal ones the first that was named."""
    sums: dict[str, float] = {}
    for weight, ranking in rankings:
        for rank, video_id in enumerate(dict.fromkeys(ranking)):
            sums[video_id] = sums.get(video_id, 0.0) + weight / (FLAT + rank)
    return sorted(sums, key=lambda one: -sums[one])[:most]


def trending(signals: RegionSignals, now_ms: int, most: int) -> list[str]:
    """Clips whose last hour is better than their day let expect, the most so first."""
    ended = signals.ends.get(3600, 0)
    if now_ms - ended > TREND_SECONDS * 1000:
        return []
    clips = {name: windows for name, windows in signals.items.items() if name.startswith(live_signals.CLIP)}
    trends = {name.removeprefix(live_signals.CLIP): live_signals.trend(windows) for name, windows in clips.items()}
    return sorted((one for one, trend in trends.items() if trend > 0), key=lambda one: -trends[one])[:most]


def popular(clips: Sequence[Counted], now_ms: int) -> list[str]:
    """By what people did with each, of which a few clips have most (hence the logarithm); new ones count more."""

    def score(clip: Counted) -> float:
        acts = sum(weight * max(clip.counts.get(kind, 0), 0) for kind, weight in ACTIONS.items())
        return float(log2(2 + acts) * 0.5 ** (max(now_ms - clip.published_at, 0) / HALVED_AFTER_MS))

    return [clip.video_id for clip in sorted(clips, key=lambda clip: (-score(clip), clip.video_id))]


def spread(entries: Sequence[Entry]) -> list[Entry]:
    """The same clips, with at most OF_A_CREATOR of one creator in WITHIN consecutive ones while there are others."""
    left, placed = list(entries), list[Entry]()
    while left:
        recent = Counter(one.owner_id for one in placed[1 - WITHIN :])
        index = next((n for n, one in enumerate(left) if recent[one.owner_id] < OF_A_CREATOR), 0)
        placed.append(left.pop(index))
    return placed
