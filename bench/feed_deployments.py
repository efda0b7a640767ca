"""What readers get while one deployment of the feed is throttled, killed, hung, deployed, rolled back or drained.

    reelstack bench feed_deployments                2 × 10 minutes: all of it to A, then all of it to B
    reelstack bench feed_deployments --seconds 60   2 × 60 s
    reelstack bench feed_deployments --quick        2 × 30 s

Readers ask page after page through an edge that waits 2 s, as stage `prod` does, of the cloud that `reelstack up` has
started. Half of them are each deployment's. One fault is of one route: what the other deployment then has more to
answer is counted. Times are of this machine, whose load stands beside.
"""

import argparse
import base64
import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from bench._chaos_clips import CLIPS
from bench._feed_cloud import ANSWER_SECONDS, World, world
from bench._report import Check, Report, run, say
from bench._virtual_users import Answer, Crowd, User
from local.feed_weights import Weights
from local.places import Places, places

NAMES = ("feed_a", "feed_b")
READERS, PAUSE_SECONDS = 4, 2.0
FOLLOWING, FOLLOWING_PAUSE_SECONDS = "/v1/feed/following", 8.0
"""Each reader also asks for another route, now and then: `error of one route` is of this one."""
POINTS = 10_000
SECONDS, QUICK_SECONDS = 600.0, 30.0
LONGEST_SECONDS = 2.5
ONE_ROUTE_LOAD = 1.5
"""A fifth of the requests is for that route; with few of them, chance has its part."""
WARM_SECONDS, WARM_TRIES = 1.5, 8
RELEASE, TIMELINE = "REELSTACK_BENCH_RELEASE", "REELSTACK_TIMELINES_TABLE"
ONE_ROUTE, NOTHING, DRAINED = "error of one route", "nothing", "drained"


@contextmanager
def _throttled(made: World, name: str) -> Iterator[None]:
    lambdas, function = made.client("lambda"), made.named.functions[name]
    lambdas.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        lambdas.delete_function_concurrency(FunctionName=function)


@contextmanager
def _killed(made: World, name: str) -> Iterator[None]:
    made.signal(name, signal.SIGKILL)
    yield


@contextmanager
def _hung(made: World, name: str) -> Iterator[None]:
    """Its processes take requests and answer none."""
    made.signal(name, signal.SIGSTOP)
    try:
        yield
    finally:
        made.signal(name, signal.SIGCONT)


@contextmanager
def _deployed(made: World, name: str) -> Iterator[None]:
    """And rolled back at the end, which makes every process new once more."""
    before = made.environment(name)
    made.deploy(name, {**before, RELEASE: str(time.time())})
    try:
        yield
    finally:
        made.deploy(name, before)


@contextmanager
def _drained(made: World, name: str) -> Iterator[None]:
    before = made.weights
    made.drain(name)
    try:
        yield
    finally:
        made.weigh(before)


@contextmanager
def _failing_on_one_route(made: World, name: str) -> Iterator[None]:
    """Timelines are read from a table that is not there."""
    before = made.environment(name)
    made.deploy(name, {**before, TIMELINE: "nowhere"})
    try:
        yield
    finally:
        made.deploy(name, before)


@contextmanager
def _well(_made: World, _name: str) -> Iterator[None]:
    yield


FAULTS: dict[str, Callable[[World, str], Any]] = {
    NOTHING: _well,
    "throttled to zero": _throttled,
    "killed": _killed,
    "hung": _hung,
    "deployed, rolled back": _deployed,
    DRAINED: _drained,
    ONE_ROUTE: _failing_on_one_route,
}


class Follower(User):
    """Asks for what it follows."""

    def _ask(self, http: httpx.Client) -> Answer:
        began = time.monotonic()
        token = self.token() if self.token else ""
        try:
            answer = http.get(FOLLOWING, headers={"authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            return Answer(began, time.monotonic() - began, None, failure=repr(error)[:200])
        failure = "" if answer.is_success else f"{answer.status_code} {answer.text[:200]}"
        return Answer(began, time.monotonic() - began, None if failure else 0, items=1, failure=failure)


@dataclass(frozen=True)
class Act:
    fault: str
    name: str
    answers: Sequence[Answer]
    own: int
    """Requests of the other deployment's own readers."""
    taken: int
    """Requests that the other deployment got beside those."""

    def row(self) -> dict[str, Any]:
        return {
            "deployment": self.name,
            "fault": self.fault,
            "answers": len(self.answers),
            "failed": sum(bool(one.failure) for one in self.answers),
            "empty": sum(not one.failure and not one.items for one in self.answers),
            "repeated": sum(one.repeated for one in self.answers),
            "longest, s": round(max((one.seconds for one in self.answers), default=0.0), 2),
            "load of the other": round((self.own + self.taken) / self.own, 2) if self.own else None,
            "machine's load": round(os.getloadavg()[0], 1),
        }


def measured(
    of: Places,
    seconds: float,
    faults: Sequence[str] = tuple(FAULTS),
    patience_seconds: float = ANSWER_SECONDS,
    *,
    warms: bool = False,
) -> list[dict[str, Any]]:
    """A row for each fault of each deployment; `seconds` for each deployment. `patience_seconds`: how long the edge
    waits for one before it asks the other. `warms`: before each fault, not only before the first."""
    with world(of, READERS, patience_seconds) as made:
        readers = [User(made.edge_url, token, CLIPS, PAUSE_SECONDS) for token in made.tokens]
        followers = [Follower(made.edge_url, token, CLIPS, FOLLOWING_PAUSE_SECONDS) for token in made.tokens]
        made.weights = _halves(made.tokens)
        others = [User(made.named.edge_url, token, CLIPS, PAUSE_SECONDS) for token in (*made.tokens, *made.tokens)]
        _warm(made, others)
        rows = []
        with Crowd([*readers, *followers]) as crowd:
            for name in NAMES:
                for fault in faults:
                    if warms:
                        _warm(made, others)
                    act = _act(made, crowd, name, fault, seconds / len(faults))
                    rows.append(act.row())
                    say(str(rows[-1]))
                    for failed in {one.failure for one in act.answers if one.failure}:
                        say(f"  {failed}")
        return rows


def _act(made: World, crowd: Crowd, name: str, fault: str, seconds: float) -> Act:
    other = next(one for one in NAMES if one != name)
    before, began = made.tally(), time.monotonic()
    with FAULTS[fault](made, name):
        time.sleep(seconds * 2 / 3)
    time.sleep(seconds / 3)
    after, ended = made.tally(), time.monotonic()
    failed = after["failed"][name] - before["failed"][name]
    got = sum(after[what][other] - before[what][other] for what in ("answered", "failed"))
    return Act(fault, name, crowd.answers(began, ended), got - failed, failed)


def _halves(tokens: Sequence[Callable[[], str]]) -> Weights:
    """Weights of which the border passes between the two readers in the middle."""
    points = sorted(_point(token()) for token in tokens)
    border = (points[len(points) // 2 - 1] + points[len(points) // 2]) // 2 + 1
    return Weights(a=border, b=POINTS - border)


def _point(token: str) -> int:
    """Where infra/edge/feed_deployment.js sees this reader, of 0 to 9,999."""
    payload = token.split(".")[1]
    subject = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
    return int(hashlib.sha256(subject.encode()).hexdigest()[:8], 16) % POINTS


def _warm(made: World, users: Sequence[User]) -> None:
    """Until each deployment has processes for all READERS, as one with traffic has: the emulator ends what is idle for
    five minutes. On a laptop a process takes longer to start than this edge waits, and what it gave up on would start
    one more each time; so the cloud's own edge is asked. On AWS a process is restored from a snapshot."""

    def ask(user: User) -> float:
        with httpx.Client(base_url=made.named.edge_url, timeout=60) as http:
            answer = user._ask(http)
        return WARM_SECONDS if answer.failure else answer.seconds

    for name, weights in zip(NAMES, (Weights(a=1, b=0), Weights(a=0, b=1)), strict=True):
        made.weigh(weights)
        with ThreadPoolExecutor(len(users)) as pool:
            for number in range(WARM_TRIES):
                longest, processes = max(pool.map(ask, users)), len(made.processes(name))
                say(f"warming {name}, {number + 1} of {WARM_TRIES}: {processes} processes, {longest:.1f} s")
                if longest < WARM_SECONDS and processes >= READERS:
                    break
    made.weigh(made.weights)


def measure(quick: bool, options: argparse.Namespace) -> Report:
    report = Report(
        "feed_deployments", measured(places(), options.seconds or (QUICK_SECONDS if quick else SECONDS), warms=True)
    )
    rows = report.rows
    for what in ("failed", "empty", "repeated"):
        report.checks.append(Check(what, sum(row[what] for row in rows), "answers", 0))
    report.checks.append(Check("longest answer", max(row["longest, s"] for row in rows), "s", LONGEST_SECONDS))
    loads = [row["load of the other"] for row in rows if row["fault"] == ONE_ROUTE and row["load of the other"]]
    report.checks.append(Check("load of the other, one route failing", max(loads), "of its own", ONE_ROUTE_LOAD))
    return report


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, help="for each deployment; else 600, or 30 with --quick")


if __name__ == "__main__":
    run(measure, _arguments)
