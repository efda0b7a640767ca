"""Virtual users of the feed: each asks for page after page over the real edge, with its session, and notes it all."""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

LIMIT = 10
REMEMBERED = 200
"""Clips that a session must not repeat while unseen ones are left."""
PATIENCE_SECONDS = 30
"""As long as the gateway waits for an answer: on a busy machine a shorter time would say nothing of the feed."""
AGREED_SECONDS = 2
"""After a change, all processes are to answer at the same level."""
READY_MADE = 3
READY_MADE_CLIPS = 20
"""At level 3 no more than these are left to show, whatever else there is."""


@dataclass(frozen=True)
class Answer:
    at: float
    """On the monotonic clock, when it began."""
    seconds: float
    level: int | None
    """None: it failed."""
    items: int = 0
    repeated: int = 0
    """Clips among the last REMEMBERED, although there were others."""
    again: int = 0
    """Clips that came again at level 3, and said so."""
    failure: str = ""

    @property
    def ended(self) -> float:
        """When its level was decided, or a little later: until then it may have waited for its turn at the edge."""
        return self.at + self.seconds


@dataclass
class User:
    """`token`: None reads without an account."""

    edge_url: str
    token: Callable[[], str] | None
    clips: int
    """Public clips of the stage."""
    pause_seconds: float
    """Between two pages, on average."""
    answers: list[Answer] = field(default_factory=list)
    session: str = ""
    shown: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def run(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self.edge_url, timeout=PATIENCE_SECONDS) as http:
            while not stop.wait(self.pause_seconds * random.uniform(0, 2)):
                self.answers.append(self._ask(http))

    def _ask(self, http: httpx.Client) -> Answer:
        began = time.monotonic()
        try:
            headers = {"authorization": f"Bearer {self.token()}"} if self.token else {}
            query = {"limit": str(LIMIT), **({"session": self.session} if self.session else {})}
            answer = http.get("/v1/feed", params=query, headers=headers)
            if answer.status_code != httpx.codes.OK:
                return Answer(
                    began, time.monotonic() - began, None, failure=f"{answer.status_code} {answer.text[:200]}"
                )
            page = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            return Answer(began, time.monotonic() - began, None, failure=repr(error)[:200])
        self.session = page["session"]
        return self._noted(page, began, time.monotonic() - began)

    def _noted(self, page: dict, began: float, seconds: float) -> Answer:  # type: ignore[type-arg]
        items, level = page["items"], int(page["level"])
        known = set(self.shown)
        left = self.clips - len(known)
        came_again = [item for item in items if item["video_id"] in known]
        told = [item for item in came_again if level == READY_MADE and item["repeated"]]
        repeated = len(came_again) - len(told) if left >= LIMIT else 0
        self.shown.extend(item["video_id"] for item in items)
        return Answer(began, seconds, level, len(items), repeated, len(told))


@dataclass
class Crowd:
    users: Sequence[User]
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Crowd":
        self._threads = [threading.Thread(target=user.run, args=(self._stop,), daemon=True) for user in self.users]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 1)

    def answers(self, since: float, until: float = float("inf")) -> list[Answer]:
        found = [one for user in self.users for one in list(user.answers) if since <= one.at < until]
        return sorted(found, key=lambda one: one.at)


def levels_by_second(answers: Sequence[Answer], since: float) -> dict[int, int]:
    """Second since then -> the level of most answers that ended in it."""
    seconds: dict[int, Counter[int]] = {}
    for one in answers:
        if one.level is not None:
            seconds.setdefault(int(one.ended - since), Counter())[one.level] += 1
    return {at: max(sorted(found.items()), key=lambda pair: pair[1])[0] for at, found in sorted(seconds.items())}


def disagreeing(answers: Sequence[Answer], since: float) -> float:
    """Share of answers at another level than most of their second, from AGREED_SECONDS after a change of these on."""
    levels, last = levels_by_second(answers, since), float("-inf")
    settled, before = set(), None
    for second, level in levels.items():
        last = second if level != before else last
        before = level
        if second - last > AGREED_SECONDS:
            settled.add(second)
    judged = [one for one in answers if one.level is not None and int(one.ended - since) in settled]
    return sum(one.level != levels[int(one.ended - since)] for one in judged) / len(judged) if judged else 0.0


def percentile(answers: Sequence[Answer], share: float) -> float:
    """Milliseconds."""
    times = sorted(one.seconds for one in answers if one.level is not None)
    return round(times[min(int(len(times) * share), len(times) - 1)] * 1000) if times else 0.0
