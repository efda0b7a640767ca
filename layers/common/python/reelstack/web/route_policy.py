"""What a route declares besides its form: who may call it, how large a body it reads, what is kept and noted of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from reelstack.web.auth import Requires

MAX_BODY_BYTES = 32 * 1024
BODY, ANSWERS, AUDIT, SUSPENDED = "x-max-body-bytes", "x-answers-kept", "x-audited", "x-also-suspended"
ANONYMOUS = "x-anonymous-writes"
CORE, OUTLIVES_TABLES = "x-core", "x-outlives-tables"
KEPT = "x-kept"
"""Members of the route's OpenAPI operation, so that what is declared is also what is published."""
DIRECT = "answers_directly"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
IN_ITS_TRANSACTION = "in its transaction"


class RouteUndeclared(RuntimeError):
    """A route does not say, or says twice, which role it wants. Raised when the service is made, so it never starts."""


def declared(
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    answers_kept: bool = True,
    audited: str = IN_ITS_TRANSACTION,
    also_suspended: bool = False,
    anonymous_writes: bool = False,
    core: bool = True,
    outlives_tables: bool = False,
    kept: str = "",
) -> dict[str, Any]:
    """For a route's `openapi_extra`, where it is not as most are.

    `answers_kept` False: a POST that is the same twice by itself, or keeps its Idempotency-Key its own way.
    `audited`: the subject, e.g. "video:{video_id}", under which the middleware notes the act once it is done; for acts
    of moderators and admins that do not write their entry in the transaction of their deed.
    `also_suspended`: somebody whose account is suspended may do it too; else they may look only.
    `anonymous_writes`: it lets people without a token do more than read.
    `core` False: it can wait, so it is refused while the feed is overloaded (web.load_shedding).
    `outlives_tables`: a GET that answers also while DynamoDB does not: each of its requests to a table has
    feed_tables_ms, and a caller of whom the tables say nothing is let in as `unchecked`, for what everybody may see.
    `kept`: the Cache-Control of a GET whose answer is the same for everybody and has a behaviour of its own at the edge
    (infra/edge/kept_answers.py). Refusals are kept by nobody.
    """
    made = {BODY: max_body_bytes, ANSWERS: answers_kept, AUDIT: audited, SUSPENDED: also_suspended}
    said: dict[str, Any] = {ANONYMOUS: True} if anonymous_writes else {}
    said |= {} if core else {CORE: False}
    said |= {KEPT: kept} if kept else {}
    return made | said | ({OUTLIVES_TABLES: True} if outlives_tables else {})


def answers_directly(direct: Callable[[Request], Response | None]) -> Callable[[Endpoint], Endpoint]:
    """For a GET that is asked more than all others: `direct` answers in the place of the endpoint, for whom the
    middleware has let in, unless it returns None. FastAPI takes 0.2 ms of each request to read its parameters, so
    `direct` reads those that nearly every client sends, and leaves all others, and what is to be refused, to it."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, DIRECT, direct)
        return endpoint

    return mark


@dataclass(frozen=True)
class Rule:
    """One route as the middleware sees it."""

    route: APIRoute
    requires: Requires
    max_body_bytes: int
    answers_kept: bool
    audited: str
    also_suspended: bool
    core: bool = True
    outlives_tables: bool = False
    kept: str = ""
    direct: Callable[[Request], Response | None] | None = None
    """Of `answers_directly`."""

    @property
    def name(self) -> str:
        """As in infra/catalogue/: "POST /v1/uploads"."""
        return f"{self.method} {self.route.path_format}"

    @property
    def address(self) -> str:
        """The same with the form of its parameters: "PUT /v1/feed/hidden/tags/{tag:path}"."""
        return f"{self.method} {self.route.path}"

    @property
    def method(self) -> str:
        (method,) = self.route.methods or ("",)
        return method

    @property
    def is_act(self) -> bool:
        """Whether it is an act of a moderator or admin: something that changes what is."""
        return self.requires.role in ("moderator", "admin") and self.method != "GET"

    def subject(self, path: dict[str, Any]) -> str | None:
        """Under which the middleware notes the act in the audit log; None if it does not."""
        return self.audited.format(**path) if self.is_act and self.audited != IN_ITS_TRANSACTION else None


def rules_of(routers: tuple[APIRouter, ...]) -> list[Rule]:
    """Each route's rule. Raises RouteUndeclared."""
    return [_rule(route) for router in routers for route in router.routes if isinstance(route, APIRoute)]


def matching(rules: list[Rule], scope: Scope) -> tuple[Rule | None, dict[str, Any]]:
    """The rule of the route that will answer, and its path parameters."""
    for rule in rules:
        match, found = rule.route.matches(scope)
        if match is Match.FULL:
            return rule, found["path_params"]
    return None, {}


def _rule(route: APIRoute) -> Rule:
    found = list(_requirements(route.dependant))
    if len(found) != 1:
        raise RouteUndeclared(
            f"{route.path} names {len(found)} roles: Reader, Viewer, Creator, Moderator, Admin or EVERYBODY"
        )
    extra = declared() | (route.openapi_extra or {})
    if found[0].anonymous and route.methods != {"GET"} and ANONYMOUS not in extra:
        raise RouteUndeclared(f"{route.path} lets anonymous readers do more than read")
    rule = Rule(
        route,
        found[0],
        extra[BODY],
        extra[ANSWERS] and route.methods == {"POST"},
        extra[AUDIT],
        extra[SUSPENDED],
        extra.get(CORE, True),
        extra.get(OUTLIVES_TABLES, False),
        extra.get(KEPT, ""),
        getattr(route.endpoint, DIRECT, None),
    )
    if rule.outlives_tables and rule.method != "GET":
        raise RouteUndeclared(f"{route.path} cannot do without tables: it writes")
    if rule.kept and not (rule.method == "GET" and rule.requires.anonymous):
        raise RouteUndeclared(f"{route.path} is not for everybody, so nobody may keep its answers")
    route.openapi_extra = _published(rule, extra)
    return rule


def _published(rule: Rule, extra: dict[str, Any]) -> dict[str, Any]:
    """What the route's description says of its rule: where it is not as most are."""
    said: dict[str, Any] = {BODY: rule.max_body_bytes}
    if rule.method == "POST":
        said[ANSWERS] = rule.answers_kept
    if ANONYMOUS in extra:
        said[ANONYMOUS] = True
    if not rule.core:
        said[CORE] = False
    if rule.kept:
        said[KEPT] = rule.kept
    if rule.outlives_tables:
        said[OUTLIVES_TABLES] = True
    if rule.also_suspended:
        said[SUSPENDED] = True
    if rule.is_act:
        said[AUDIT] = extra[AUDIT]
    return said


def _requirements(dependant: Dependant) -> Iterator[Requires]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Requires):
            yield dependency.call
        yield from _requirements(dependency)
