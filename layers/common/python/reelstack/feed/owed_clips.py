"""Owed clips: those of the last day that may still be owed impressions, of which a process asks for some at a time.

Thousands can be published within an hour, and a request to the cache asks for ASKED counters. Each therefore asks for
other clips, evenly drawn, and the process remembers those that had what they were owed: so it asks for the rest, and no
clip waits for those that were published after it. A process that is new knows of none, and asks for any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import exploration, newcomers
from reelstack.feed.item_table import ItemTable, Rows
from reelstack.platform.clock import CHANCE

ASKED = 200
MOST = newcomers.MOST


@dataclass(frozen=True)
class Drawn:
    """Clips whose impressions are asked for."""

    floors: Mapping[str, int] = field(default_factory=dict)
    """Video id -> the impressions that it is owed."""
    among: int = 0
    """So many clips may be owed some; each was as likely to be drawn."""

    @property
    def video_ids(self) -> Sequence[str]:
        return list(self.floors)

    @property
    def chance(self) -> float:
        return len(self.floors) / self.among if self.among else 1.0


@dataclass
class Owing:
    """What one process knows."""

    done: set[bytes] = field(default_factory=set)
    """Clips of the last day that had the impressions they were owed."""

    def draw(self, table: ItemTable, now_ms: int) -> Drawn:
        rows = recent(table, now_ms)
        ids = table.items.ids[rows].tolist()
        self.done = self.done.intersection(ids)
        left = [place for place, one in enumerate(ids) if one not in self.done]
        some = CHANCE.sample(left, ASKED) if len(left) > ASKED else left
        floors = floors_of(table, rows[some]).tolist()
        return Drawn({ids[place].decode(): floor for place, floor in zip(some, floors, strict=True)}, len(left))

    def learn(self, drawn: Drawn, impressions: Mapping[str, int]) -> None:
        self.done |= {one.encode() for one, floor in drawn.floors.items() if impressions.get(one, 0) >= floor}


def recent(table: ItemTable, now_ms: int) -> Rows:
    """Clips of the last day, newest first."""
    newest = table.newest[:MOST]
    age = now_ms - table.items.arrays["published_at"][newest]
    return newest[(age >= 0) & (age < exploration.OWED_MS)]


def floors_of(table: ItemTable, rows: Rows) -> NDArray[np.int64]:
    """Impressions that each is owed."""
    return exploration.floor_of(table.clips_of_owner[table.items.arrays["owner"][rows]])


_owing = Owing()


def draw(table: ItemTable, now_ms: int) -> Drawn:
    return _owing.draw(table, now_ms)


def learn(drawn: Drawn, impressions: Mapping[str, int]) -> None:
    _owing.learn(drawn, impressions)


def forget() -> None:
    """For a test that begins with a new process."""
    _owing.done = set()
