"""Item tables for tests: as many clips as asked for, with what is asked of each."""

from collections.abc import Sequence

import numpy as np

from reelstack.feed import item_table
from reelstack.feed.features import ClipState, Totals
from reelstack.feed.item_table import ItemTable
from reelstack.feed.items import DTYPES, TOTALS, Items

NOW = 1_796_000_000_000
HOUR = 3_600_000


def clip(
    video_id: str,
    owner: str = "ann",
    tags: Sequence[str] = (),
    *,
    age_ms: int = HOUR,
    language: str = "",
    region: str = "",
    totals: Totals | None = None,
) -> ClipState:
    return ClipState(video_id, owner, tuple(tags), language, region, 10_000, NOW - age_ms, totals or Totals())


def newcomers(*clips: ClipState) -> ItemTable:
    return item_table.make(item_table.empty(), [(one.video_id, one) for one in clips], NOW)


def catalogue(
    clips: Sequence[ClipState], vectors: "np.ndarray | None" = None, appeal: "np.ndarray | None" = None
) -> Items:
    """As the ranker writes it."""
    words: dict[str, list[str]] = {name: [] for name in ("owner", "tag", "language", "region")}

    def number(name: str, word: str) -> int:
        if word not in words[name]:
            words[name].append(word)
        return words[name].index(word)

    given: dict[str, object] = {
        "vectors": np.zeros((len(clips), 4)) if vectors is None else vectors,
        "totals": [[getattr(one.totals, name) for name in TOTALS] for one in clips] or np.zeros((0, len(TOTALS))),
        "exposure": np.zeros(len(clips)),
        "duration_ms": [one.duration_ms for one in clips],
        "published_at": [one.published_at for one in clips],
        "owner": [number("owner", one.owner_id) for one in clips],
        "language": [number("language", one.language) for one in clips],
        "region": [number("region", one.region) for one in clips],
        "tag": [number("tag", tag) for one in clips for tag in one.tags],
        "tag_ends": np.cumsum([len(one.tags) for one in clips]),
    }
    if appeal is not None:
        given["appeal"] = appeal
    arrays = {name: np.asarray(values).astype(DTYPES[name]) for name, values in given.items()}
    return Items("made", np.array([one.video_id.encode() for one in clips], dtype=bytes), arrays, words)


def crowd(count: int, *, owners: int = 50, tags: int = 20, seed: int = 0) -> list[ClipState]:
    chance = np.random.default_rng(seed)
    made = []
    for n in range(count):
        plays = int(chance.integers(0, 1000))
        totals = Totals(plays, int(plays * chance.random()), int(plays * 0.1), int(plays * 0.02), 0)
        own = tuple(f"tag{one}" for one in dict.fromkeys(chance.integers(tags, size=chance.integers(0, 4))))
        language, region = str(chance.choice(["de", "en", ""])), str(chance.choice(["AT", "US"]))
        made.append(
            ClipState(f"v{n}", f"o{chance.integers(owners)}", own, language, region, int(chance.integers(3000, 90_000)),
                      NOW - int(chance.integers(0, 30 * 24 * HOUR)), totals)
        )  # fmt: skip
    return made
