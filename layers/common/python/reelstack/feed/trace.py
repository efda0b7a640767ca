"""Trace: what an answer was made of: how many clips came to each stage, which were left out and why, how long it took.

No clip leaves a stage uncounted: what came and what was added is what was dropped, each for a reason, and what is left;
and what is left comes to the next stage. Pure.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Passage:
    """Clips that passed a stage."""

    came: int = 0
    added: int = 0
    """That the stage brought in itself."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Reason -> clips that were left out for it."""

    @property
    def left(self) -> int:
        return self.came + self.added - sum(self.dropped.values())


@dataclass
class Trace:
    proposed: dict[str, int] = field(default_factory=dict)
    """Source -> clips that it proposed; one that was asked and had none is there with 0."""
    passages: dict[str, Passage] = field(default_factory=dict)
    """Stage -> what passed it, in the order of the stages."""
    late: list[str] = field(default_factory=list)
    """Sources that did not answer in time."""
    stage_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stage_ms[name] = self.stage_ms.get(name, 0.0) + (time.perf_counter() - began) * 1000

    def passed(self, stage: str, came: int, dropped: Mapping[str, int], added: int = 0) -> None:
        """A stage that is passed in parts is told of each."""
        passage = self.passages.setdefault(stage, Passage())
        passage.came += came
        passage.added += added
        for reason, number in dropped.items():
            if number:
                passage.dropped[reason] = passage.dropped.get(reason, 0) + number

    @property
    def dropped(self) -> dict[str, int]:
        """Of all stages."""
        found: dict[str, int] = {}
        for passage in self.passages.values():
            for reason, number in passage.dropped.items():
                found[reason] = found.get(reason, 0) + number
        return found
