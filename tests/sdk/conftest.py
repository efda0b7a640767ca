"""Clients of the services' own handlers, and a clip to upload."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelstack.platform.config import Config
from reelstack_client import Client
from tests.support.both_clients import FLAVORS, asked_for
from tests.support.upload_client import CONTENT
from tests.videos.test_videos import make

Call = Callable[..., Any]


class Services(httpx.BaseTransport):
    """HTTP in, the handlers' answers out, as one user."""

    def __init__(self, call: Call, user: str, role: str) -> None:
        self.call, self.user, self.role = call, user, role

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        service = "recounts" if path.endswith("/recount") else "interactions"
        body = json.loads(request.content) if request.content else None
        answer = self.call(service, request.method, path, user=self.user, roles=(self.role,), body=body)
        return httpx.Response(answer.status, json=answer.json, headers={"content-type": answer.headers["content-type"]})


@pytest.fixture
def clients(aws: Config, call: Call) -> Callable[..., Client]:
    make()

    def client(user: str, role: str = "viewer") -> Client:
        http = httpx.Client(transport=Services(call, user, role))
        return Client("https://clips.example.com", lambda: "token", http=http, resume_folder=None)

    return client


TWICE = (
    "accounts",
    "archives",
    "behavior",
    "feed",
    "moderation",
    "privacy",
    "production",
    "search",
    "sender",
    "social",
    "transport",
    "uploading",
    "uploads",
    "videos",
)
"""Modules whose tests run with both clients: the core, and each room whose answers are prepared."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition("test_")[2] in TWICE:
        metafunc.parametrize("flavor", FLAVORS, indirect=True)


@pytest.fixture(autouse=True)
def flavor(request: pytest.FixtureRequest) -> Iterator[None]:
    """Which client the test at hand gets."""
    with asked_for(getattr(request, "param", "sync")):
        yield


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    file = tmp_path / "clip.mp4"
    file.write_bytes(CONTENT)
    return file
