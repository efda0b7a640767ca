"""A made world of viewers and clips, as the training rows and clips that the job `profiles` writes.

What a viewer finishes depends on the tags of the clip, on its quality and on its place in the answer, never on its
length. Runs in the environment of the ranker (Parquet). The same seed gives the same world.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from reelstack.feed import features, scores
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState

DAY_MS = 86_400_000
AGE_MS = 120 * DAY_MS
START_MS = 20_420 * DAY_MS
LENGTHS_MS = (5_000, 10_000, 20_000, 40_000, 90_000)
TAGS = tuple(f"tag{number}" for number in range(12))
REGIONS = ("de", "fr")
RARE = {"like": 0.15, "comment": 0.04, "share": 0.03, "follow": 0.02}
"""Outcomes of those who finished."""


@dataclass
class World:
    viewers: int = 300
    clips: int = 500
    rows_a_day: int = 8000
    seed: int = 0
    random: np.random.Generator = field(init=False)
    taste: Any = field(init=False)
    tags: list[tuple[str, ...]] = field(init=False)
    quality: Any = field(init=False)
    lengths: Any = field(init=False)
    seen: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sums: dict[str, dict[str, tuple[float, int]]] = field(default_factory=lambda: defaultdict(dict))
    """Interest of a viewer -> its score and when it was that."""
    totals: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0, 0]))

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.taste = self.random.normal(0, 1.2, (self.viewers, len(TAGS)))
        chosen = [self.random.choice(len(TAGS), 2, replace=False) for _ in range(self.clips)]
        self.tags = [tuple(TAGS[number] for number in sorted(own)) for own in chosen]
        self.quality = self.random.normal(0, 0.7, self.clips)
        self.lengths = self.random.choice(LENGTHS_MS, self.clips)

    def day(self, number: int) -> list[dict[str, Any]]:
        """The rows of a day; the last tenth of the clips is published day by day."""
        first = int(self.clips * 0.9)
        published = min(self.clips, first + max(0, number + 1) * (self.clips - first) // 8)
        rows = []
        at = START_MS + number * DAY_MS + np.sort(self.random.integers(0, DAY_MS, self.rows_a_day))
        for served_at in at.tolist():
            viewer, clip = int(self.random.integers(self.viewers)), int(self.random.integers(published))
            rows.append(self._row(viewer, clip, served_at))
        return rows

    def _row(self, viewer: int, clip: int, served_at: int) -> dict[str, Any]:
        random = self.random
        position = int(random.integers(10))
        tags, length = self.tags[clip], int(self.lengths[clip])
        match = sum(self.taste[viewer, TAGS.index(tag)] for tag in tags)
        likely = 1 / (1 + np.exp(-(match + self.quality[clip] - 0.1 * position - 0.4)))
        finish = bool(random.random() < likely)
        share = 1.0 if finish else float(random.beta(1 + 3 * likely, 3))
        skipped = not finish and share < 0.25
        row = {
            **self._shown(viewer, clip, served_at, position),
            "duration_ms": length,
            "watched_ms": int(share * length),
            "finish": finish,
            "fast_skip": skipped,
            "hide": bool(skipped and random.random() < 0.05),
            "report": bool(skipped and random.random() < 0.02),
            **{name: bool(finish and random.random() < rate) for name, rate in RARE.items()},
        }
        self._learn(row)
        return row

    def _shown(self, viewer: int, clip: int, served_at: int, position: int) -> dict[str, Any]:
        name, video_id, region = f"v{viewer}", f"c{clip}", REGIONS[viewer % 2]
        of_viewer, of_clip = self.totals[name], self.totals[video_id]
        state = ViewerState(name, region, "", totals=Totals(*of_viewer), interest=self._interests(name, served_at))
        known = ClipState(
            video_id=video_id,
            owner_id=f"o{clip % 60}",
            tags=self.tags[clip],
            language="de",
            region=REGIONS[clip % 2],
            duration_ms=int(self.lengths[clip]),
            published_at=START_MS - AGE_MS,
            totals=Totals(*of_clip),
        )
        return {
            "event_id": f"{name}-{served_at}",
            "answer_id": f"a{served_at}",
            "viewer": name,
            "video_id": video_id,
            "owner_id": known.owner_id,
            "tags": list(known.tags),
            "language": known.language,
            "region": region,
            "source": "fresh" if position == 9 else "interests",
            "position": position,
            "propensity": 0.25 if position == 9 else 1.0,
            "served_at": served_at,
            "features": features.vector(state, known, Moment(served_at)),
            "history": self.seen[name][-features.HISTORY :][::-1],
        }

    def _learn(self, row: dict[str, Any]) -> None:
        weight = scores.WEIGHTS["finish"] if row["finish"] else scores.WEIGHTS["fast_skip"] * row["fast_skip"]
        own, at = self.sums[row["viewer"]], row["served_at"]
        for key in (scores.TAG + tag for tag in row["tags"]):
            own[key] = (self._faded(own.get(key, (0.0, at)), at) + weight, at)
        for name in (row["viewer"], row["video_id"]):
            for place, outcome in enumerate(("", "finish", "fast_skip", "like", "hide")):
                self.totals[name][place] += int(row[outcome]) if outcome else 1
        if row["finish"]:
            self.seen[row["viewer"]].append(row["video_id"])

    def _interests(self, viewer: str, at: int) -> dict[str, float]:
        return {key: self._faded(score, at) for key, score in self.sums[viewer].items()}

    @staticmethod
    def _faded(score: tuple[float, int], at: int) -> float:
        return scores.read(score[0], score[1], at, scores.INTEREST_HALF_LIFE_MS)

    def clip_rows(self) -> list[dict[str, Any]]:
        """As profiles/clips/day=…, clips that nobody has seen among them."""
        rows = []
        for clip in range(self.clips):
            plays, finishes, fast_skips, likes, hides = self.totals[f"c{clip}"]
            rows.append(
                {
                    "video_id": f"c{clip}",
                    "owner_id": f"o{clip % 60}",
                    "tags": list(self.tags[clip]),
                    "language": "de",
                    "region": REGIONS[clip % 2],
                    "duration_ms": int(self.lengths[clip]),
                    "published_at": START_MS - AGE_MS,
                    "exposure": plays,
                    "plays": plays,
                    "finishes": finishes,
                    "fast_skips": fast_skips,
                    "likes": likes,
                    "hides": hides,
                }
            )
        return rows


def name_of(number: int) -> str:
    return str(np.datetime64(START_MS + number * DAY_MS, "ms").astype("datetime64[D]"))


def write(folder: Path, key: str, rows: list[dict[str, Any]]) -> None:
    path = folder / key / "part-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
