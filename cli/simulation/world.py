"""World: simulated people, clips, and what a person does with a clip that is shown. Pure; one seed, one world.

Nobody is told what is in here but by what people do. Chance is drawn by seed, day, person and session, so two policies
meet people who are awake at the same moments and as fickle; they differ by what was shown alone.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cli.simulation import people
from cli.simulation.people import BAIT, DAY_MS, LANGUAGES, START_MS, TAGS, Clips, Floats, Ints, Settings, Viewers
from reelstack.feed import scores

OF_TASTE, OF_QUALITY, OF_LANGUAGE, OF_POSITION, OF_BOREDOM, NOISE = 1.3, 0.8, -0.8, -0.02, -0.25, 0.6
"""How much each counts in a clip's appeal, as log odds."""
BORED_FROM, REMEMBERED = 2, 10
"""Clips of one tag among so many before it, from which on it bores."""
DRIFT = 0.06
WORTH = {"finish": 1.0, "like": 1.0, "fast_skip": -0.7, "hide": -4.0}
"""What a person is content by."""
LONG_VIEW_MS = 18_000


@dataclass(frozen=True)
class Outcome:
    """What a person did with one clip."""

    watched_ms: int
    finish: bool = False
    fast_skip: bool = False
    like: bool = False
    comment: bool = False
    share: bool = False
    follow: bool = False
    profile: bool = False
    hide: bool = False

    @property
    def worth(self) -> float:
        return sum(value for name, value in WORTH.items() if getattr(self, name))

    def is_long(self, duration_ms: int) -> bool:
        """As KuaiRand counts it: the whole of a short clip, else 18 seconds."""
        return self.watched_ms >= min(duration_ms, LONG_VIEW_MS)


@dataclass(frozen=True)
class Visit:
    """A session: so many pages from a moment on."""

    viewer: int
    number: int
    at_ms: int
    pages: int


@dataclass
class Mood:
    """What a session has done to a person."""

    tags: list[int] = field(default_factory=list)


@dataclass
class World:
    """What changes is tastes and contentment; `start_day` moves both."""

    settings: Settings
    viewers: Viewers = field(init=False)
    clips: Clips = field(init=False)
    content_with: Floats = field(init=False)
    """How content each person is with what was shown lately."""
    active: "np.ndarray" = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng((self.settings.seed, 0))
        self.viewers = people.viewers(self.settings, chance)
        self.clips = people.clips(self.settings, chance)
        self.content_with = np.full(self.settings.viewers, 0.3)
        self.active = np.ones(self.settings.viewers, dtype=np.bool_)

    @cached_property
    def creator_likes(self) -> Floats:
        """[viewers, creators]: sympathy nobody can explain."""
        chance = np.random.default_rng((self.settings.seed, 1))
        return chance.normal(0.0, 0.3, size=(self.settings.viewers, int(self.clips.creator.max()) + 1))

    def start_day(self, day: int) -> list[Visit]:
        """Who comes on this day, and when, in the order of time."""
        chance = np.random.default_rng((self.settings.seed, 2, day))
        count = self.settings.viewers
        drift = chance.normal(0.0, DRIFT, size=(count, len(TAGS)))
        self.viewers.taste[:] = np.clip(self.viewers.taste + drift, -1.5, 2.0)
        self.active = chance.random(count) < self.likely_to_come()
        sessions, pages = chance.integers(1, 3, size=count), chance.integers(1, 4, size=(count, 2))
        moments = START_MS + day * DAY_MS + chance.integers(0, DAY_MS - 3_600_000, size=(count, 2))
        found = [
            Visit(int(viewer), number, int(moments[viewer, number]), int(pages[viewer, number]))
            for viewer in np.flatnonzero(self.active)
            for number in range(sessions[viewer])
        ]
        return sorted(found, key=lambda one: (one.at_ms, one.viewer, one.number))

    def likely_to_come(self) -> Floats:
        """By contentment; somebody who stayed away yesterday is less likely."""
        odds = self.viewers.loyalty + 2.0 * (self.content_with - 0.3) + np.where(self.active, 0.4, -0.4)
        return 1 / (1 + np.exp(-odds))

    def expected(self, viewer: int, clips: Ints) -> Floats:
        """The appeal of clips without boredom, position and chance."""
        of, who = self.clips, self.viewers
        length = (np.log(of.duration_ms[clips] / 1000) - who.length[viewer]) ** 2
        found: Floats = (
            OF_TASTE * (of.content[clips] @ who.taste[viewer])
            + OF_QUALITY * of.quality[clips]
            + OF_LANGUAGE * (of.language[clips] != who.language[viewer])
            + self.creator_likes[viewer, of.creator[clips]]
            - who.length_weight[viewer] * length
        )
        return found

    def respond(self, viewer: int, clip: int, position: int, mood: Mood, chance: np.random.Generator) -> Outcome:
        main = self.clips.tags[clip][0]
        bored = max(mood.tags[-REMEMBERED:].count(main) - BORED_FROM + 1, 0)
        appeal = float(self.expected(viewer, np.array([clip]))[0])
        appeal += OF_POSITION * min(position, 20) + OF_BOREDOM * bored + NOISE * chance.normal()
        mood.tags.append(main)
        # Always as many draws, so that the next clip of the session meets the same chance.
        draws, share = chance.random(8), chance.beta(2, 3)
        bait = self.clips.kind[clip] == BAIT
        finish = draws[0] < _odds(appeal - 0.3)
        skip = not finish and draws[1] < _odds(-appeal - 0.2 - 1.5 * self.clips.hook[clip])
        like = finish and draws[2] < _odds(appeal - 2.2)
        return Outcome(
            self._watched(clip, share, finish=finish, skip=skip),
            bool(finish),
            bool(skip),
            bool(like),
            comment=bool(draws[3] < (0.12 if like else 0.03 if bait else 0.002)),
            share=bool(like and draws[4] < 0.08),
            follow=bool(like and draws[5] < 0.06),
            profile=bool(finish and draws[6] < 0.04),
            hide=bool(not finish and draws[7] < _odds(-1.2 * appeal - 6.0 + 1.2 * bait)),
        )

    def _watched(self, clip: int, share: float, *, finish: bool, skip: bool) -> int:
        duration = int(self.clips.duration_ms[clip])
        if finish:
            return duration
        if skip:
            return int(share * (min(scores.FAST_SKIP_MS, scores.FAST_SKIP_SHARE * duration) - 1))
        return int((0.25 + 0.7 * share) * duration)

    def leave(self, viewer: int, worth: float) -> None:
        """A session ends; `worth`: of its clips in the mean."""
        self.content_with[viewer] = 0.6 * self.content_with[viewer] + 0.4 * worth

    def chance_of(self, day: int, visit: Visit) -> np.random.Generator:
        return np.random.default_rng((self.settings.seed, 3, day, visit.viewer, visit.number))


def language(number: int) -> str:
    return LANGUAGES[number]


def _odds(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
