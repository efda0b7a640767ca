"""Secrets as functions see them: read once, kept for five minutes."""

import hmac
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from reelstack.platform import aws
from reelstack.platform.config import config

KEEP_SECONDS = 300
T = TypeVar("T")
_kept: dict[str, tuple[float, object]] = {}


def keep(name: str, load: Callable[[], T]) -> T:
    """What `load` answered under this name in the last KEEP_SECONDS, or answers now."""
    until, value = _kept.get(name, (0.0, None))
    if time.monotonic() >= until:
        value = load()
        _kept[name] = (time.monotonic() + KEEP_SECONDS, value)
    return value  # type: ignore[return-value]


def origin_secrets() -> tuple[str, ...]:
    """The header values the CDN may send: the current one, and the previous while a rotation is under way."""

    def load() -> tuple[str, ...]:
        found = []
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            try:
                answer = aws.client("secretsmanager").get_secret_value(
                    SecretId=config().origin_secret, VersionStage=stage
                )
            except aws.client("secretsmanager").exceptions.ResourceNotFoundException:
                continue  # never rotated: there is no previous one
            found.append(answer["SecretString"])
        return tuple(found)

    return keep("origin", load)


def derived_key(purpose: str, subject: str) -> bytes:
    """A key for one purpose and subject: the same as long as the origin's secret is, and told to nobody.

    It does not give the secret away, and of the keys of other subjects it says nothing.
    """
    return derived_keys(purpose, subject)[0]


def derived_keys(purpose: str, subject: str) -> tuple[bytes, ...]:
    """The same, and while the origin's secret is being rotated the one before it as well: to check what was signed."""
    return _derived(origin_secrets(), purpose, subject)


@lru_cache(100)
def _derived(secrets: tuple[str, ...], purpose: str, subject: str) -> tuple[bytes, ...]:
    """An answer of the feed asks for the same two keys four times."""
    text = f"{purpose}\0{subject}".encode()
    return tuple(hmac.digest(secret.encode(), text, "sha256") for secret in secrets)
