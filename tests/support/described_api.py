"""Schemathesis asks the described API, with all of its checks, as one kind of caller.

The requests are seeded. What exists only in the world is put into them: an id in a path is most often one of a
resource that is there, and every second body of a route in `asking.BODIES` is the one that the world can carry out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.transport.wsgi import WSGITransport

from reelstack.tables.accounts import User
from tests.support.asking import BODIES
from tests.support.beyond_schemas import explained, is_right_once_normal
from tests.support.gateway_app import BEARER, DESCRIPTION, GatewayApp
from tests.support.world import IDS, World

ANONYMOUS = "anonymous"
USERS = {"viewer": "bob", "creator": "ann", "moderator": "mia", "admin": "ada"}
"""Who asks in each role; ann owns what the ids name."""
SEED = 4
MADE_UP = 4
"""One request in so many keeps the ids that were generated."""


@dataclass
class Asked:
    """What came of a run."""

    findings: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    """Routes that answered 2xx."""
    checked: Counter[str] = field(default_factory=Counter)
    """How often each check looked at an answer."""
    requests: int = 0


class Caller:
    """One kind of caller, before a world."""

    def __init__(self, name: str, world: World, context: Any) -> None:
        self.name = name
        for user_id in ("mia", "ada"):
            User(user_id, created_at=1).save()
        world.keep()
        self.world = world
        tokens = {role: (user_id, (role,)) for role, user_id in USERS.items()}
        self.app = GatewayApp(tokens, context, world.begin)
        self.ids = IDS | ({"user_id": "bob"} if name == "creator" else {})  # nobody follows or blocks themselves
        self._turns: Counter[str] = Counter()

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.name == ANONYMOUS else {"Authorization": f"{BEARER}{self.name}"}

    def schema(self, *phases: str, examples: int) -> Any:
        names = ("examples", "coverage", "fuzzing", "stateful")
        settings = {
            "seed": SEED,
            "workers": 1,
            "continue-on-failure": True,
            "headers": self.headers,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "no-shrink": True,
                "database": "none",
                "with-security-parameters": False,  # callers' tokens are ours; the check ignored_auth makes up others
            },
            "phases": {name: {"enabled": name in phases} for name in names},
        }
        made = schemathesis.openapi.from_wsgi(DESCRIPTION, self.app, config=SchemathesisConfig.from_dict(settings))
        made.hook(filter_failure)
        return made

    def real(self, case: Any) -> None:
        """Puts what exists into a request that is meant to be accepted."""
        if case.meta is None:
            return
        label = case.operation.label
        self._turns[label] += 1
        turn = self._turns[label]
        if not case.meta.is_negative_at(ParameterLocation.PATH) and turn % MADE_UP:
            given = set(case._override.path_parameters) if case._override else set()  # by a link, from an answer
            for name in (set(self.ids) & set(case.path_parameters or {})) - given:
                case.path_parameters[name] = self.ids[name]
        if not case.meta.generation.mode.is_positive:
            return
        for place in (case.query, case.body):
            if isinstance(place, Mapping) and "cursor" in place:
                del place["cursor"]  # like an id: only an answer gives one out
        if label in BODIES and turn % 2:
            case.body = dict(BODIES[label])


def filter_failure(_context: Any, failure: Failure, case: Any, response: Any) -> bool:
    """Whether it is a finding. What a schema cannot say is refused although the schema takes it:
    tests/support/beyond_schemas.py says why."""
    if isinstance(failure, AcceptedNegativeData):
        return not is_right_once_normal(case.operation.label, case.body)
    if not isinstance(failure, RejectedPositiveData):
        return True
    return not explained(case.operation.label, response.json())


@contextmanager
def _before_calls(change: Callable[[Any], None]) -> Iterator[None]:
    def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
        change(case)

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


def socketless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks of 4.32 that ask again hand the settings of a socket to an application, which has none and fails."""
    send = WSGITransport.send

    def sent(self: WSGITransport, case: Any, **kwargs: Any) -> Any:
        for name in ("max_redirects", "verify", "cert", "proxies"):
            kwargs.pop(name, None)
        return send(self, case, **kwargs)

    monkeypatch.setattr(WSGITransport, "send", sent)


def ask(caller: Caller, *phases: str, examples: int) -> Asked:
    """Runs the phases and collects every finding."""
    found = Asked()
    with _before_calls(caller.real):
        for event in from_schema(caller.schema(*phases, examples=examples)).execute():
            if isinstance(event, events.ScenarioFinished):
                _note(event.recorder, found)
            elif isinstance(event, events.NonFatalError | events.FatalError):
                found.findings.append(f"error: {getattr(event, 'info', event)}")
    found.reached = {route for route, status in caller.app.answered if route and status < 300}
    found.requests = len(caller.app.answered)
    return found


def _note(recorder: Any, found: Asked) -> None:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            found.checked[check.name] += 1
            if check.failure_info:
                case, answered = recorder.cases[case_id].value, recorder.interactions[case_id].response
                told = answered.text[:300] if answered else ""
                said = check.failure_info.failure.message
                found.findings.append(f"{check.name}: {said}\n  {case.as_curl_command()[:400]}\n  {told}")
