"""HTTP APIs behind the edge: which of them answers a request, and which one when that fails, as CloudFront does it.

An API that stands in an origin group fails when it answers with one of the group's codes, or nothing within its read
timeout; then the next is asked, once. A request that waits here for its turn counts as unanswered, too.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from local.edge_functions import Chosen

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

log = logging.getLogger("edge")


class OriginFailed(RuntimeError):
    """The origin did not answer in time, or not at all."""


@dataclass(frozen=True)
class Api:
    """One HTTP API: its address, and how long an answer may take to begin."""

    url: str
    read_seconds: float


@dataclass
class Tally:
    """What each API answered since this edge was started, and how often it failed."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


def read(
    client: "CloudFrontClient", distribution_id: str, endpoint: str, patience: float | None = None
) -> dict[str, Api]:
    """The APIs among the origins of a distribution, by id; `patience` in place of their read timeouts. A name that only
    AWS resolves, <id>.execute-api.<region>..., stands at a path of the emulator."""
    config = client.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    found: dict[str, Api] = {}
    for origin in config["Origins"]["Items"]:
        api_id, _, domain = origin["DomainName"].partition(".")
        if domain.startswith("execute-api."):
            seconds = patience or origin.get("CustomOriginConfig", {}).get("OriginReadTimeout", 30)
            found[origin["Id"]] = Api(f"{endpoint.rstrip('/')}/_aws/execute-api/{api_id}", seconds)
    return found


async def first_good(
    chosen: Chosen, apis: Mapping[str, Api], ask: Callable[[str, Api], Awaitable[httpx.Response]], tally: Tally
) -> httpx.Response:
    """The answer of the first API that does not fail, or whatever the last one says. Raises OriginFailed."""
    *others, last = chosen.ids
    for name in others:
        try:
            answer = await ask(name, _known(apis, name))
        except OriginFailed as error:
            tally.failed[name] += 1
            log.info("%s failed: %s", name, error)
            continue
        if answer.status_code not in chosen.codes:
            tally.answered[name] += 1
            return answer
        tally.failed[name] += 1
        log.info("%s failed: it answered %s", name, answer.status_code)
        await answer.aclose()
    try:
        answer = await ask(last, _known(apis, last))
    except OriginFailed:
        tally.failed[last] += 1
        raise
    (tally.failed if answer.status_code in chosen.codes else tally.answered)[last] += 1
    return answer


def _known(apis: Mapping[str, Api], name: str) -> Api:
    """A distribution refuses a request whose function chose an origin that it lacks."""
    if name not in apis:
        raise OriginFailed(f"the distribution has no origin {name}")
    return apis[name]
