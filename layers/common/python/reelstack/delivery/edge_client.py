"""Requests of a function to the site's own edge, as a viewer sends them."""

from functools import cache
from typing import Any

from reelstack.delivery.warm_up import Asked
from reelstack.platform import aws
from reelstack.platform.config import config

TIMEOUT_SECONDS = 5.0
CONNECTIONS = 16
PLACE_HEADER = "x-local-place"
"""Only a laptop's edge knows places; elsewhere none is named."""


@cache
def site_url(parameter: str) -> str:
    """Its stack is made after the functions', so they learn it by a parameter."""
    found: str = aws.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
    return found.rstrip("/")


@cache
def _pool() -> Any:
    import urllib3

    return urllib3.PoolManager(maxsize=CONNECTIONS, block=True, retries=False, timeout=TIMEOUT_SECONDS)


def fetch(asked: Asked) -> tuple[int, bytes]:
    """Status and body. Raises OSError where nobody answers."""
    import urllib3

    headers = {PLACE_HEADER: asked.place} if asked.place else {}
    if asked.span:
        headers["range"] = f"bytes={asked.span[0]}-{asked.span[1]}"
    try:
        answer = _pool().request("GET", site_url(config().site_parameter) + asked.path, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise OSError(str(error)) from error
    return answer.status, answer.data
