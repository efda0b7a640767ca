"""What made viewers did with the clips of bench feed: rows that the ranker of `bench feed --trained` is fitted on.

Viewers are those of bench._feed_viewers with their tastes, and more of their kind. What they finish depends on how
strong their interest in the clip's tags is, on its creator, its language, its quality and its place, and a little on
its age; never on its length. Rows have the features that the feed would log. Most clips have too few rows for an id
that the ranker knows, as in a real catalogue. The ranker's environment lacks what the feed imports, so that files lie
between.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import _feed_catalogue, _feed_viewers
from jobs.ranker import items_writer
from reelstack.feed import feature_columns, features, items, scores
from reelstack.feed.features import Moment, Totals, ViewerState
from reelstack.feed.item_table import ItemTable

VIEWERS, DAYS, SHOWN = 2_000, 4, 25
"""Rows are their product."""
ROWS, ABOUT = "rows.jsonl", "about.json"
BY_TASTE, BY_APPEAL = 0.5, 0.25
"""Of what is shown; the rest is drawn from all clips."""
TAGGED, APPEALING = 400, 5_000
PRIOR, WORTH = 0.4, 20
RARE = {"like": 0.15, "comment": 0.04, "share": 0.03, "follow": 0.02}
"""Outcomes of those who finished."""
HARMS = {"hide": 0.05, "report": 0.02}
"""Of those who skipped at once."""
HOUR = Totals(plays=50, finishes=20)
IN_HOUR = 0.01
"""Share of the clips that are shown of which the region's counters know."""


@dataclass(frozen=True)
class Viewer:
    state: ViewerState
    tagged: NDArray[np.int64]
    """Rows of clips of their tags, the most appealing first."""
    history: list[str]


def write(folder: Path, clips: int) -> None:
    """ROWS, the oldest first, and ABOUT them: what rows have in common."""
    now = int(time.time() * 1000)
    _, columns = _feed_catalogue.catalogue(np.random.default_rng(_feed_catalogue.SEED), clips, now)
    table, chance = _table(columns, now), np.random.default_rng(1)
    viewers = [_viewer(number, table) for number in range(VIEWERS)]
    with (folder / ROWS).open("w") as file:
        for back in reversed(range(DAYS)):
            at = now - back * _feed_catalogue.DAY_MS
            for one in viewers:
                file.writelines(json.dumps(row) + "\n" for row in _visit(one, table, at, chance))
    histories = {one.state.viewer_id: one.history for one in viewers}
    (folder / ABOUT).write_text(json.dumps({"now": now, "histories": histories}))


def _table(columns: dict[str, Any], now: int) -> ItemTable:
    nothing = np.zeros((len(columns["video_id"]), 1), dtype=np.float32)
    return ItemTable(items.unpack(items_writer.pack("made", columns, nothing)), now).prepare()


def _viewer(number: int, table: ItemTable) -> Viewer:
    """The one of this number in the benchmark, whose tags and clips are drawn by the same seed."""
    name, chance = f"viewer{number:05d}", np.random.default_rng(number)
    tags = _feed_viewers.tags_of(chance)
    clips = [table.clip(row) for row in _feed_viewers.liked(table, tags, chance)]
    owners = list(dict.fromkeys(one.owner_id for one in clips))
    kinds = [{scores.TAG + tag: float(chance.random() * 4) for tag in tags} for _ in range(3)]
    kinds[2] |= {scores.CREATOR + owner: 1.0 for owner in owners[:20]}
    watched = [(one.video_id, 1.0) for one in clips[: _feed_viewers.WATCHED]]
    state = ViewerState(name, _feed_viewers.COUNTRY, "de", Totals(plays=500), kinds[0], kinds[1], kinds[2], watched)
    tagged = np.concatenate([table.tagged(tag, TAGGED) for tag in tags])
    return Viewer(state, tagged, [one for one, _ in watched[: features.HISTORY]])


def _visit(viewer: Viewer, table: ItemTable, at: int, chance: np.random.Generator) -> Iterator[dict[str, Any]]:
    by_taste, by_appeal = int(SHOWN * BY_TASTE), int(SHOWN * BY_APPEAL)
    drawn = [
        chance.choice(viewer.tagged, by_taste),
        chance.choice(table.by_appeal[:APPEALING], by_appeal),
        chance.integers(len(table), size=SHOWN - by_taste - by_appeal),
    ]
    rows = chance.permutation(np.concatenate(drawn))
    hour = {place: HOUR for place in range(SHOWN) if chance.random() < IN_HOUR}
    vectors = feature_columns.of_rows(viewer.state, table.numbered(rows, hour), Moment(at))
    likely = _likely(viewer.state, table, rows, at)
    for position, (row, vector) in enumerate(zip(rows.tolist(), vectors.tolist(), strict=True)):
        chance_of_finish = 1 / (1 + np.exp(-(likely[position] - 0.05 * (position % 10))))
        yield _row(viewer, table, row, vector, at + position * 1000, position, chance_of_finish, chance)


def _likely(state: ViewerState, table: ItemTable, rows: NDArray[np.int64], at: int) -> NDArray[np.float64]:
    """Log odds of a finish, at the first place."""
    found = np.zeros(len(rows))
    for place, row in enumerate(rows.tolist()):
        clip = table.clip(row)
        keys = [scores.TAG + tag for tag in clip.tags]
        taste = sum(kind.get(key, 0.0) for key in keys for kind in (state.session, state.interest, state.long_term))
        quality = (clip.totals.finishes + PRIOR * WORTH) / (clip.totals.plays + WORTH)
        found[place] = 1.5 * np.log(quality / (1 - quality)) + 0.12 * taste - 0.6
        found[place] += 0.4 * (scores.CREATOR + clip.owner_id in state.long_term) + 0.3 * (clip.language == "de")
        found[place] -= 0.1 * np.log1p(max(at - clip.published_at, 0) / _feed_catalogue.DAY_MS)
    return found


def _row(
    viewer: Viewer, table: ItemTable, row: int, vector: list[int], at: int, position: int, likely: float, chance: Any
) -> dict[str, Any]:
    clip = table.clip(row)
    finish = bool(chance.random() < likely)
    share = 1.0 if finish else float(chance.beta(1 + 3 * likely, 3))
    skipped = not finish and share < 0.25
    return {
        "day": str(np.datetime64(at, "ms").astype("datetime64[D]")),
        "event_id": f"{viewer.state.viewer_id}-{at}",
        "answer_id": f"{viewer.state.viewer_id}-{at // _feed_catalogue.DAY_MS}",
        "viewer": viewer.state.viewer_id,
        "video_id": clip.video_id,
        "owner_id": clip.owner_id,
        "tags": list(clip.tags),
        "language": clip.language,
        "region": viewer.state.region,
        "source": "interests",
        "position": position,
        "propensity": 1.0,
        "served_at": at,
        "features": [features.VERSION, *vector],
        "duration_ms": clip.duration_ms,
        "watched_ms": int(share * clip.duration_ms),
        "finish": finish,
        "fast_skip": skipped,
        **{name: bool(skipped and chance.random() < rate) for name, rate in HARMS.items()},
        **{name: bool(finish and chance.random() < rate) for name, rate in RARE.items()},
    }
