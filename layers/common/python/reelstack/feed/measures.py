"""Measures of answers: metrics by source, stage and reason of a drop, for the dashboard and the alarms.

A process gathers them and writes them after EACH answers, or with the first answer after a minute: a metric with a
dimension is a document of its own (EMF), and forty of them for each answer would be most of what its log holds. What a
process gathered when it ends is lost. Ready-made answers have no stages, and are counted by level alone.
"""

import datetime
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from reelstack.degradation.levels import Level
from reelstack.feed.artefacts import Artefacts
from reelstack.feed.rank_model import HEADS, RankModel
from reelstack.feed.ranked_page import Choice
from reelstack.feed.trace import Trace
from reelstack.platform.telemetry import measure

EACH, SECONDS = 100, 60
"""Answers, as many as one document may have values of a metric."""
HEAD = "finish"
"""The prediction whose mean is compared with what it was when the ranker was released."""
_COLUMN = HEADS.index(HEAD)
LEAST_CLIPS = 500
"""With predictions, for a mean that says something: one of 500 errs by 2 points."""
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Page:
    """An answer that was computed."""

    trace: Trace
    level: Level
    chosen: Sequence[Choice]
    artefacts: Artefacts
    sources: Sequence[str]
    """Those that should propose something to somebody: they were asked, and have what they need."""


@dataclass
class Window:
    """What a process gathered since it wrote last."""

    began: float = 0.0
    answers: int = 0
    proposed: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    stage_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, page: Page) -> None:
        self.answers += 1
        for source, number in page.trace.proposed.items():
            self.proposed[source].append(number)
        for stage, took in page.trace.stage_ms.items():
            self.stage_ms[stage].append(round(took, 2))
        self.dropped.update(page.trace.dropped)

    def write(self) -> None:
        for source, proposed in self.proposed.items():
            measure({"FeedProposed": proposed}, {"source": source}, "Count")
        for stage, took in self.stage_ms.items():
            measure({"FeedStageMs": took}, {"stage": stage}, "Milliseconds")
        for reason, number in self.dropped.items():
            measure({"FeedDropped": [number]}, {"reason": reason}, "Count")


@dataclass
class Ranked:
    """What EACH ranked answers say together, however long they took: fewer would say it by chance."""

    answers: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    proposing: set[str] = field(default_factory=set)
    model: str = ""
    predicted: list[float] = field(default_factory=list)

    def add(self, page: Page) -> None:
        self.answers += 1
        self.asked.update(page.sources)
        self.proposing |= {source for source, number in page.trace.proposed.items() if number}
        model = page.artefacts.model
        if model is None or model.version != self.model:
            self.model, self.predicted = (model.version if model else ""), []
        of_service = (one for one in page.chosen if one.model == self.model)  # an arm may have another ranker
        self.predicted += [one.predictions[_COLUMN] for one in of_service if one.predictions]

    @property
    def empty(self) -> list[str]:
        """Sources that every answer asked, and that proposed nothing to any."""
        return sorted(one for one, asked in self.asked.items() if asked == self.answers and one not in self.proposing)

    def write(self, model: RankModel | None) -> None:
        measure({"FeedSourcesEmpty": [len(self.empty)]}, unit="Count")
        drift = drift_percent(self.predicted, model)
        if drift is not None:
            measure({"FeedScoreDrift": [round(drift, 1)]}, unit="Percent")


@dataclass
class _Kept:
    window: Window = field(default_factory=Window)
    ranked: Ranked = field(default_factory=Ranked)
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept = _Kept()


def note(page: Page, now_ms: int) -> None:
    with _kept.lock:
        _note_window(page, now_ms)
        if page.level > Level.NO_LIVE:
            return
        _kept.ranked.add(page)
        if _kept.ranked.answers >= EACH:
            ranked, _kept.ranked = _kept.ranked, Ranked()
            ranked.write(page.artefacts.model)


def _note_window(page: Page, now_ms: int) -> None:
    if not _kept.window.answers:
        _kept.window.began = time.monotonic()
    _kept.window.add(page)
    if _kept.window.answers >= EACH or time.monotonic() - _kept.window.began >= SECONDS:
        window, _kept.window = _kept.window, Window()
        window.write()
        age = table_hours(page.artefacts.table.version, now_ms)
        if age is not None:
            measure({"FeedTableHours": [round(age, 1)]})


def drift_percent(predicted: Sequence[float], model: RankModel | None) -> float | None:
    """By how much the mean prediction for clips that were shown differs from that of the day the ranker was measured on
    before its release. None: too few, or the release does not say."""
    usual = model.means.get(HEAD, 0.0) if model else 0.0
    if usual <= 0 or len(predicted) < LEAST_CLIPS:
        return None
    return 100 * abs(sum(predicted) / len(predicted) - usual) / usual


def table_hours(version: str, now_ms: int) -> float | None:
    """Since the end of the day whose clips the item table has. None of a stage that has had no daily run yet."""
    try:
        day = datetime.date.fromisoformat(version[:10])
    except ValueError:
        return None
    end = datetime.datetime.combine(day, datetime.time(), datetime.UTC) + datetime.timedelta(days=1)
    return (now_ms - end.timestamp() * 1000) / HOUR_MS


def forget() -> None:
    """For a test that begins with a new process."""
    _kept.window, _kept.ranked = Window(), Ranked()
