"""When the edge is told that the stage is overloaded: bounded, taken back, and ending by itself."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from valkey import Valkey

from reelstack.degradation import announcements
from reelstack.degradation.announcements import HOLD_MS, NO, QUIET_MS, RENEW_MS, YES

BEGAN_MS = 1_796_000_000_000
MINUTE_MS = 60_000
SECONDS = st.lists(st.tuples(st.sampled_from([True, True, False, None]), st.integers(1, 30)), min_size=1, max_size=30)
"""Runs of seconds: overloaded, not, or nobody looks because nobody asks or Valkey is away."""


@dataclass
class Stage:
    """Valkey's entry, and what the edge was told: when, and up to which unix second it refuses."""

    last: str = ""
    told: list[tuple[int, int]] = field(default_factory=list)

    def look(self, now_ms: int, *, overloaded: bool) -> None:
        told = announcements.parse(self.last)
        if told and now_ms - told.at_ms >= HOLD_MS:
            self.last, told = "", None
        now_ms = announcements.later(told, now_ms)
        if announcements.is_due(told, overloaded=overloaded, now_ms=now_ms):
            self.last = str(announcements.claim(self.last, overloaded=overloaded, now_ms=now_ms)[5])
            self.told.append((now_ms, announcements.refuses_until(overloaded=overloaded, now_ms=now_ms)))

    def refuses(self, now_ms: int) -> bool:
        return bool(self.told) and self.told[-1][1] * 1000 > now_ms


def seconds(runs: Sequence[tuple[bool | None, int]]) -> list[bool | None]:
    return [what for what, length in runs for _ in range(length)]


@given(SECONDS, st.lists(st.integers(0, 999), min_size=1, max_size=3))
def test_the_edge_refuses_while_the_stage_is_overloaded_and_is_told_a_few_times_a_minute(
    runs: list[tuple[bool | None, int]], moments: list[int]
) -> None:
    """`moments`: at which the processes look within a second, one of each deployment."""
    stage, since = Stage(), 0
    history = seconds(runs)
    for second, overloaded in enumerate(history):
        since = since + 1 if second and overloaded == history[second - 1] else 1
        for moment in sorted(moments):
            if overloaded is not None:
                stage.look(BEGAN_MS + second * 1000 + moment, overloaded=overloaded)
        end_ms = BEGAN_MS + (second + 1) * 1000
        if overloaded is False:
            assert not stage.refuses(end_ms)
        if overloaded and since * 1000 > QUIET_MS:
            assert stage.refuses(end_ms)
        if overloaded is None and since * 1000 >= HOLD_MS:
            assert not stage.refuses(end_ms)
    at = [told_ms for told_ms, _ in stage.told]
    assert all(sum(first <= one < first + MINUTE_MS for one in at) <= 6 for first in at)
    assert all(earlier < later for earlier, later in pairwise(at)), "of two events the later one holds"


def test_what_holds_is_renewed_twice_before_it_ends() -> None:
    stage = Stage()
    for second in range(3 * 60):
        stage.look(BEGAN_MS + second * 1000, overloaded=True)
    assert [at - BEGAN_MS for at, _ in stage.told] == list(range(0, 3 * MINUTE_MS, RENEW_MS))
    assert 2 * RENEW_MS < HOLD_MS


@given(st.text(max_size=12))
def test_what_another_release_wrote_says_nothing(text: str) -> None:
    what, _, at = text.partition(":")
    assert announcements.parse(text) is None or (what in (YES, NO) and at.isdecimal())


def test_a_clock_that_is_behind_tells_nothing_older() -> None:
    told = announcements.parse(f"{YES}:{BEGAN_MS}")
    assert announcements.later(told, BEGAN_MS - 500) == BEGAN_MS + 1


def test_of_many_processes_one_tells_it(cached: Valkey) -> None:
    """Also where they found it a moment apart: what a process has read must still stand."""

    def claims(before: str, overloaded: bool, now_ms: int) -> int:
        command = announcements.claim(before, overloaded=overloaded, now_ms=now_ms)
        return int(cached.execute_command(*command))  # type: ignore[no-untyped-call]

    with ThreadPoolExecutor(16) as processes:
        begins = list(processes.map(lambda number: claims("", True, BEGAN_MS + number), range(64)))
        last = str(cached.get(announcements.KEY))
        renewals = list(processes.map(lambda number: claims(last, True, BEGAN_MS + RENEW_MS + number), range(64)))
        ends = list(processes.map(lambda _: claims(last, False, BEGAN_MS + RENEW_MS), range(64)))
    assert [sum(begins), sum(renewals), sum(ends)] == [1, 1, 0]
    assert HOLD_MS - 60_000 < int(str(cached.pttl(announcements.KEY))) <= HOLD_MS
