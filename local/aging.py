"""`reelstack time`: days go by for what the laptop cloud holds. See `local.emulator_time` for what moves and why.

Afterwards the cache is empty (it may lose everything at any time), every schedule has run, and the search engine is
filled from the tables, whose times it repeats. Schedules run before the last hour and after it: some finish in a second
run what they began in the first, as the erasure of a deleted video does.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import valkey

from local import functions, outputs, people, refill, time_attributes
from local.cloud import client
from local.errors import FunctionRaised, NotReady, TimeInvalid
from local.outputs import Outputs
from local.places import Places
from local.progress import Steps
from local.services import Services
from local.times import HEADER, PATH
from local.up import alone

AGED = "/reelstack/local/aged-seconds"
"""The SSM parameter that holds how much time has gone by in all: a kill takes it back together with what has aged."""
DAY_SECONDS = 24 * 3600
UNITS = {"h": 3600, "d": DAY_SECONDS}
AGO = re.compile(r"\+([0-9]+)([hd])")
MOST_DAYS = 3650
LAST_SECONDS = 3600
PRODUCTION_SECONDS = 60
"""How long a clip in production is waited for."""
AGING_SECONDS = 300
STEPS = 3


@dataclass(frozen=True)
class Aged:
    """`seconds` have gone by in all; `done`: what expired, was moved or ended this time; `ran`: functions of
    schedules, with what each answered or why it failed."""

    seconds: int
    done: dict[str, int]
    ran: dict[str, str]


def parsed(text: str) -> int:
    """+3d or +12h in seconds. Raises TimeInvalid."""
    found = AGO.fullmatch(text)
    seconds = int(found[1]) * UNITS[found[2]] if found else 0
    if not 0 < seconds <= MOST_DAYS * UNITS["d"]:
        raise TimeInvalid(f"{text!r}: say how much time is to go by, e.g. +3d or +12h, {MOST_DAYS} days at most")
    return seconds


def aged(places: Places) -> int:
    """How many seconds have gone by so far. Raises NotUp."""
    return _aged(Services.that_run(places))


def _aged(services: Services) -> int:
    ssm = client(services, "ssm")
    try:
        return int(ssm.get_parameter(Name=AGED)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return 0


def age(places: Places, seconds: int, steps: Steps) -> Aged:
    """Lets so many seconds go by. Raises NotUp, NotReady or Busy."""
    services, named = Services.that_run(places), outputs.read(places)
    done: Counter[str] = Counter()
    ran: dict[str, str] = {}
    with alone(places):
        _wait_for_productions(services)
        with steps.step("Objects, tables and messages grow older; schedules run"):
            for part in _parts(seconds):
                done += _age(services, named, part)
                _empty_cache(named)
                ran |= _run_schedules(services, named, steps.detail)
        if named.search_url:
            with steps.step("Search: filled from the tables"):
                refill.refill(named, people.read(places))
        else:
            steps.skip("Search: not part of this cloud")
        with steps.step("State: saved"):
            services.save_state()
    return Aged(_aged(services), dict(done), ran)


def _wait_for_productions(services: Services) -> None:
    """No production takes days: its work objects would expire below its hands. Raises NotReady if one goes on."""
    states = client(services, "stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    (production,) = [machine["stateMachineArn"] for machine in machines if machine["name"].endswith("-production")]
    until = time.monotonic() + PRODUCTION_SECONDS
    while states.list_executions(stateMachineArn=production, statusFilter="RUNNING")["executions"]:
        if time.monotonic() >= until:
            raise NotReady("a clip is in production, and its work files would expire: try again when it is ready")
        time.sleep(1)


def _parts(seconds: int) -> list[int]:
    return [seconds - LAST_SECONDS, LAST_SECONDS] if seconds > LAST_SECONDS else [seconds]


def _age(services: Services, named: Outputs, seconds: int) -> Counter[str]:
    total = (before := _aged(services)) + seconds
    midnights = total // DAY_SECONDS - before // DAY_SECONDS
    asked = {"seconds": seconds, "midnights": midnights, "tables": time_attributes.of_tables(named)}
    answer = httpx.post(services.endpoint + PATH, json=asked, headers={HEADER: "1"}, timeout=AGING_SECONDS)
    if answer.status_code != httpx.codes.OK:  # it was started by a version that knew nothing of it
        raise NotReady("the emulator cannot age what it holds: run `reelstack down`, then `reelstack up`")
    client(services, "ssm").put_parameter(Name=AGED, Value=str(total), Type="String", Overwrite=True)
    return Counter(answer.json())


def _empty_cache(named: Outputs) -> None:
    if not named.cache_url:  # profile core has none
        return
    with valkey.Valkey.from_url(named.cache_url) as cache:
        cache.flushall()


def _run_schedules(services: Services, named: Outputs, say: Callable[[str], None]) -> dict[str, str]:
    """Starts the functions of every schedule once, as it would have meanwhile. A failure is told, not raised: the
    schedule comes again."""
    events = client(services, "events")
    names = {arn_name: name for name, arn_name in named.functions.items()}
    ran = {}
    for page in events.get_paginator("list_rules").paginate():
        for rule in (rule for rule in page["Rules"] if rule.get("ScheduleExpression")):
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                name = names.get(target["Arn"].rpartition(":")[2])
                if name is not None:
                    say(name)
                    ran[name] = _run(services, named, name, target.get("Input", "{}"))
    return dict(sorted(ran.items()))


def _run(services: Services, named: Outputs, name: str, given: str) -> str:
    try:
        return json.dumps(functions.call(client(services, "lambda"), named.functions[name], json.loads(given)))
    except FunctionRaised as error:
        return f"failed: {error}"
