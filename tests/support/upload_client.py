"""A client that uploads to a service in process, without sleeping."""

import random
from collections.abc import Callable
from pathlib import Path

import httpx

from reelstack_client import Backoff, Client
from tests.support.both_clients import made
from tests.support.service_in_process import EDGE, Service

CONTENT = bytes(range(48))
"""Ten parts, the last of three bytes."""


def client(service: Service, folder: Path | None = None) -> Client:
    """A client that never sleeps and draws the same jitter each time."""
    return made(EDGE, lambda: "good", service, backoff=Backoff(rng=random.Random(1)), resume_folder=folder)


def failing(share: float, seed: int) -> Callable[[int, httpx.Request], httpx.Response | None]:
    """Of all storage requests `share` fail, by an error or by a lost connection."""
    rng = random.Random(seed)

    def flaky(_: int, request: httpx.Request) -> httpx.Response | None:
        if request.url.host == "storage.test" and rng.random() < share:
            if rng.random() < 0.5:
                return httpx.Response(rng.choice([500, 503]))
            raise httpx.ReadError("connection lost")
        return None

    return flaky
