"""Runs: the days of one policy in one world, from the warm-up by chance to the last evening.

Every impression is one row of the log, with what came of it: `Run.rows` has as many rows as clips were shown, and the
service's totals are their sums.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cli.simulation.learned import LinearRanker, RankedPage
from cli.simulation.linear import Linear
from cli.simulation.people import DAY_MS, START_MS, Floats, Settings
from cli.simulation.policies import (
    Listed,
    Policy,
    Random,
    Shown,
    Sitting,
    hand_weights,
    newest,
    popular,
)
from cli.simulation.service import Service
from cli.simulation.world import Mood, Outcome, Visit, World
from reelstack.feed import sessions
from reelstack.feed.rank_model import RankModel
from reelstack.feed.sessions import Session

OURS, OURS_BY_HAND, WITHOUT = "ours", "ours by hand", "ours without exploration"
POLICIES = ("random", "popular", "newest", "hand weights", "linear", OURS_BY_HAND, OURS)
PAUSE_MS = 1000
"""Between two clips."""
LENGTH_CLIPS, LENGTH_VIEWERS = 400, 100
"""Of whom scores are looked at on the last evening."""


@dataclass(frozen=True)
class Row:
    day: int
    page: int
    viewer: int
    clip: int
    at_ms: int
    position: int
    shown: Shown
    outcome: Outcome


@dataclass
class Run:
    policy: str
    world: World
    service: Service
    rows: list[Row] = field(default_factory=list)
    """Of the measured days."""
    warm_rows: int = 0
    active: list["np.ndarray"] = field(default_factory=list)
    """Of each day, the warm ones included: who came."""
    lengths: Sequence[tuple[Floats, Floats]] = ()
    """Of people without a taste in length: logarithms of clips' lengths, and the clips' scores."""


Say = Callable[[int], None]


def run(name: str, settings: Settings, released: RankModel | None = None, say: Say = lambda _day: None) -> Run:
    world = World(settings)
    service = Service(world)
    policy, chance = made(name, service, settings.seed, released), Random(service)
    found = Run(name, world, service)
    for day in range(settings.warm_days + settings.days):
        warm = day < settings.warm_days
        service.start_day(START_MS + day * DAY_MS)
        policy.start_day(START_MS + day * DAY_MS)
        visits = world.start_day(day)
        found.active.append(world.active.copy())
        for visit in visits:
            rows = _visit(found, (chance if warm else policy, policy), day, visit)
            if warm:
                found.warm_rows += len(rows)
            else:
                found.rows += rows
        say(day)
    found.lengths = _lengths(policy, found)
    return found


def made(name: str, service: Service, seed: int, released: RankModel | None = None) -> Policy:
    of_rules = {"popular": popular, "newest": newest, "hand weights": hand_weights}
    if name in of_rules:
        return Listed(name, service, of_rules[name])
    if name == "random":
        return Random(service)
    if name == "linear":
        return LinearRanker(service, seed)
    if name == OURS_BY_HAND:
        return RankedPage(name, service)
    model = None if released else Linear(seed)
    return RankedPage(name, service, model=model, released=released, explores=name != WITHOUT)


def _visit(found: Run, policies: tuple[Policy, Policy], day: int, visit: Visit) -> list[Row]:
    """`policies`: who chooses, and who learns of it."""
    world, service, (policy, learner) = found.world, found.service, policies
    chance, mood = world.chance_of(day, visit), Mood()
    own = np.random.default_rng((world.settings.seed, 4, day, visit.viewer, visit.number))
    session = Session(int(own.integers(2**63)), visit.at_ms // 1000)
    sitting = Sitting(visit.viewer, visit.at_ms, session, own)
    rows: list[Row] = []
    for page in range(visit.pages):
        service.refresh(sitting.now_ms)
        shown = policy.page(sitting, world.settings.page)
        if learner is not policy:
            shown = learner.described(sitting, shown)
        for one in shown:
            outcome = world.respond(visit.viewer, one.clip, len(rows), mood, chance)
            sitting.now_ms += outcome.watched_ms + PAUSE_MS
            number = (visit.viewer * 2 + visit.number) * 10 + page
            rows.append(Row(day, number, visit.viewer, one.clip, sitting.now_ms, len(rows), one, outcome))
            service.tell(visit.viewer, one.clip, outcome, sitting.now_ms)
            learner.learn(one, outcome)
        told = [(service.ids[one.clip], service.clip_state(one.clip).tags) for one in shown]
        sitting.session = sessions.served(sitting.session, told)
    if rows:
        world.leave(visit.viewer, float(np.mean([row.outcome.worth for row in rows])))
    return rows


def _lengths(policy: Policy, found: Run) -> list[tuple[Floats, Floats]]:
    """Of people to whom length says nothing."""
    world, now_ms = found.world, START_MS + len(found.active) * DAY_MS - 1
    people = np.flatnonzero(world.viewers.length_weight == 0)[:LENGTH_VIEWERS]
    there = found.service.published(now_ms)
    found.service.refresh(now_ms)
    clips = np.unique(np.linspace(0, there - 1, min(LENGTH_CLIPS, there)).astype(np.int64))
    logs = np.log(world.clips.duration_ms[clips])
    return [(logs, policy.scores(int(viewer), clips, now_ms)) for viewer in people]
