"""Service: what a service knows of the people it shows clips to, kept in process in the place of its jobs.

Interests by forward decay (feed.scores), live counters of the last hour and day, impressions and the seen filter are
kept as they come. Totals in the catalogue, profiles and lists are those of the last midnight, as the daily jobs make
them. Vectors are tags, where the ranker's know more. Left out: late and lost events, regions.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cli.simulation import people
from cli.simulation.people import DAY_MS, TAGS, Clips, Floats, Ints
from cli.simulation.world import Outcome, World
from reelstack.feed import exploration, item_table, live_signals, scores, seen
from reelstack.feed.features import ClipState, Totals
from reelstack.feed.item_table import ItemTable
from reelstack.feed.items import DTYPES, Items
from reelstack.feed.lists import Lists
from reelstack.feed.live_signals import Counts, RegionSignals, ViewerSignals
from reelstack.feed.viewer_context import Profile

REFRESHED_MS = 15 * 60 * 1000
HOUR_MS = 3_600_000
SIMILAR = 20
OF_EVENTS = ("finish", "like", "comment", "share", "follow", "profile", "fast_skip", "hide")
TYPES = {"profile": "profile_visit"}
HALF_LIVES = {**scores.HALF_LIVES_MS, "long_term": scores.LONG_TERM_HALF_LIFE_MS}
COLUMNS = ("plays", "finishes", "fast_skips", "likes", "hides", "watched_ms", "weight")
Sums = dict[str, tuple[float, int]]
"""Key of an interest -> its sum and the sum's landmark."""


@dataclass
class Known:
    """Of one viewer."""

    sums: dict[str, Sums] = field(default_factory=lambda: {name: {} for name in HALF_LIVES})
    watched: deque[tuple[str, float]] = field(default_factory=lambda: deque(maxlen=live_signals.WATCHED))
    finished: list[int] = field(default_factory=list)
    filter: bytearray = field(default_factory=lambda: bytearray(seen.BITS // 8))
    totals: Totals = field(default_factory=Totals)
    profile: Profile = field(default_factory=Profile)

    def add(self, key: str, weight: float, at_ms: int) -> None:
        for name, half_life in HALF_LIVES.items():
            total, landmark = self.sums[name].get(key, (0.0, at_ms))
            moved = scores.rebase(total, landmark, at_ms, half_life)
            self.sums[name][key] = moved + scores.forward(weight, at_ms, at_ms, half_life), at_ms

    def read(self, name: str, now_ms: int) -> dict[str, float]:
        half_life = HALF_LIVES[name]
        return {key: scores.read(total, mark, now_ms, half_life) for key, (total, mark) in self.sums[name].items()}


class Service:
    def __init__(self, world: World) -> None:
        clips = world.clips
        self.world, self.clips = world, clips
        self.ids = [f"clip-{number:06}" for number in range(len(clips))]
        self.owners = [f"creator-{number:05}" for number in clips.creator]
        self.place = {one: number for number, one in enumerate(self.ids)}
        self.bits = seen.positions(seen.hashes(self.ids))
        self.known = [Known() for _ in range(world.settings.viewers)]
        self.seen = np.zeros((world.settings.viewers, len(clips)), dtype=np.bool_)
        self.totals = np.zeros((len(clips), 5), dtype=np.int64)
        self.comments, self.shares = np.zeros(len(clips)), np.zeros(len(clips))
        self.impressions: dict[str, int] = defaultdict(int)
        self._live = RegionSignals()
        self.lists: Lists | None = None
        self.table: ItemTable = item_table.make(item_table.empty(), (), people.START_MS)
        self._windows = {3600: _Window(HOUR_MS, len(clips)), 86400: _Window(DAY_MS, len(clips))}
        self._refreshed = 0
        self._catalogue = item_table.empty()

    def published(self, now_ms: int) -> int:
        """Clips that are there: the first so many."""
        return int(np.searchsorted(self.clips.published_at, now_ms, side="right"))

    def start_day(self, now_ms: int) -> None:
        """What the daily jobs write."""
        self._catalogue = self._items(self.published(now_ms))
        self.table = item_table.make(self._catalogue, (), now_ms).prepare()
        self.lists = self._lists(now_ms)
        for one in self.known:
            strengths = one.read("long_term", now_ms)
            one.profile = Profile(now_ms, "", "", one.totals, strengths)

    def refresh(self, now_ms: int) -> None:
        """Newcomers are there at once."""
        there = self.published(now_ms)
        if there > len(self.table):
            fresh = [(self.ids[row], self.clip_state(row)) for row in range(len(self._catalogue), there)]
            self.table = item_table.make(self._catalogue, fresh, now_ms).prepare()

    def live(self, now_ms: int) -> RegionSignals:
        """At most REFRESHED_MS old."""
        if now_ms - self._refreshed >= REFRESHED_MS:
            self._refreshed = now_ms
            self._live = self._region(now_ms)
        return self._live

    def clip_state(self, row: int) -> ClipState:
        """Without counters."""
        of = self.clips
        tags = tuple(TAGS[tag] for tag in of.tags[row])
        spoken = people.LANGUAGES[of.language[row]]
        return ClipState(
            self.ids[row], self.owners[row], tags, spoken, "", int(of.duration_ms[row]), int(of.published_at[row])
        )

    def signals(self, viewer: int, now_ms: int) -> ViewerSignals:
        one = self.known[viewer]
        return ViewerSignals(one.read("session", now_ms), one.read("interest", now_ms), tuple(one.watched))

    def tell(self, viewer: int, clip: int, outcome: Outcome, now_ms: int) -> None:
        """A clip was shown, and this came of it."""
        one, video_id = self.known[viewer], self.ids[clip]
        self.seen[viewer, clip] = True
        for bit in self.bits[clip]:
            one.filter[bit >> 3] |= 1 << (7 - (bit & 7))
        self.impressions[video_id] += 1
        one.watched.appendleft((video_id, outcome.watched_ms / int(self.clips.duration_ms[clip])))
        done = np.array([1, outcome.finish, outcome.fast_skip, outcome.like, outcome.hide])
        self.totals[clip] += done
        one.totals = Totals(*(int(n) for n in done + np.array([*vars(one.totals).values()])))
        self.comments[clip] += outcome.comment
        self.shares[clip] += outcome.share
        if outcome.finish:
            one.finished.append(clip)
        weight = 0.0
        for name in OF_EVENTS:
            if getattr(outcome, name):
                event = self._event(clip, TYPES.get(name, name), outcome)
                for key, much in scores.weights(event):
                    one.add(key, much, now_ms)
                weight += scores.WEIGHTS[TYPES.get(name, name)] if name not in ("follow", "profile") else 0.0
        counted = np.array([*done, outcome.watched_ms, weight], dtype=np.float64)
        for window in self._windows.values():
            window.add(now_ms, clip, counted)

    def _event(self, clip: int, kind: str, outcome: Outcome) -> Mapping[str, object]:
        return {
            "type": "skip" if kind == "fast_skip" else kind,
            "watched_ms": outcome.watched_ms,
            "duration_ms": int(self.clips.duration_ms[clip]),
            "what": "video",
            "target": self.owners[clip],
            "owner_id": self.owners[clip],
            "tags": [TAGS[tag] for tag in self.clips.tags[clip]],
            "language": people.LANGUAGES[self.clips.language[clip]],
        }

    def _items(self, count: int) -> Items:
        words: dict[str, list[str]] = {"tag": list(TAGS), "language": list(people.LANGUAGES), "region": [""]}
        words["owner"], owners = _numbered(self.owners[:count])
        tags = self.clips.tags[:count]
        given: dict[str, object] = {
            "vectors": tag_vectors(self.clips, count),
            "totals": self.totals[:count],
            "exposure": self.totals[:count, 0],
            "duration_ms": self.clips.duration_ms[:count],
            "published_at": self.clips.published_at[:count],
            "owner": owners,
            "language": self.clips.language[:count],
            "region": np.zeros(count),
            "tag": [tag for own in tags for tag in own],
            "tag_ends": np.cumsum([len(own) for own in tags]),
        }
        arrays = {name: np.asarray(values).astype(DTYPES[name]) for name, values in given.items()}
        return Items("simulated", np.array([one.encode() for one in self.ids[:count]], dtype=bytes), arrays, words)

    def _lists(self, now_ms: int) -> Lists:
        """Hot by finishes of the last day, and item-item by common finishes (cosine)."""
        finished = np.zeros(self.seen.shape, dtype=np.float32)
        for viewer, one in enumerate(self.known):
            finished[viewer, one.finished] = 1.0
        count = self.published(now_ms)
        lengths = np.linalg.norm(finished[:, :count], axis=0) + 1e-6
        likeness = (finished[:, :count].T @ finished[:, :count]) / np.outer(lengths, lengths)
        np.fill_diagonal(likeness, 0.0)
        nearest = np.argsort(-likeness, axis=1)[:, :SIMILAR]
        similar = {
            self.ids[row]: tuple((int(place), float(likeness[row, place])) for place in places)
            for row, places in enumerate(nearest)
        }
        hot = np.argsort(-self._windows[86400].sums[:count, 1], kind="stable")[:100]
        clips = tuple(self.ids[:count])
        return Lists("", tuple(clips[row] for row in hot), (), {}, {}, clips, similar)

    def _region(self, now_ms: int) -> RegionSignals:
        """Clips of the last hour, and newcomers. The job keeps more, which says nothing of a page of this size."""
        for window in self._windows.values():
            window.move(now_ms)
        items = {
            f"{live_signals.CLIP}{self.ids[row]}": {length: one.counts(row) for length, one in self._windows.items()}
            for row in sorted({*self._windows[3600].known(), *range(len(self._catalogue), self.published(now_ms))})
        }
        ranked = sorted(items.items(), key=lambda one: -live_signals.trend(one[1]))[: live_signals.MOST_ITEMS]
        return RegionSignals(dict.fromkeys(self._windows, now_ms), dict(ranked))

    def floor_of(self, clips: Ints) -> Ints:
        """Impressions that clips are owed."""
        of = self.clips.creator
        before = np.array([int((of[: row + 1] == of[row]).sum()) for row in clips], dtype=np.int64)
        return exploration.floor_of(before)


class _Window:
    def __init__(self, length_ms: int, clips: int) -> None:
        self.length_ms = length_ms
        self.sums = np.zeros((clips, len(COLUMNS)))
        self.first: dict[int, int] = {}
        self._events: deque[tuple[int, int, np.ndarray]] = deque()

    def add(self, at_ms: int, clip: int, counted: np.ndarray) -> None:
        self._events.append((at_ms, clip, counted))
        self.sums[clip] += counted
        self.first.setdefault(clip, at_ms)

    def move(self, now_ms: int) -> None:
        while self._events and self._events[0][0] <= now_ms - self.length_ms:
            _, clip, counted = self._events.popleft()
            self.sums[clip] -= counted
            if self.sums[clip, 0] < 0.5:
                self.first.pop(clip, None)

    def known(self) -> Iterator[int]:
        return (int(row) for row in np.flatnonzero(self.sums[:, 0] > 0.5))

    def counts(self, clip: int) -> Counts:
        plays, finishes, skips, likes, hides, watched, weight = self.sums[clip].tolist()  # sums of whole numbers
        plays, finishes, skips, likes, hides, watched = map(int, (plays, finishes, skips, likes, hides, watched))
        first = self.first.get(clip, 0)
        return Counts(plays, plays, finishes, skips, likes, hides, 0, plays, watched, first, weight)


def tag_vectors(clips: Clips, count: int) -> Floats:
    """[clips, TAGS] of length 1, of what clips say they are about."""
    found = np.zeros((count, len(TAGS)))
    for row, own in enumerate(clips.tags[:count]):
        found[row, list(own)] = 1 / np.sqrt(len(own))
    return found


def _numbered(words: Sequence[str]) -> tuple[list[str], Ints]:
    known: dict[str, int] = {}
    numbers = [known.setdefault(word, len(known)) for word in words]
    return list(known), np.array(numbers, dtype=np.int64)
