"""Clients of the services' own handlers, and a clip to upload."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelstack.platform.config import Config
from reelstack_client import Client
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


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    file = tmp_path / "clip.mp4"
    file.write_bytes(CONTENT)
    return file
