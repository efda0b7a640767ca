"""The client without a service: answers are prepared, requests are kept."""

import json
import random
from typing import Any

import httpx

from reelstack_client import Backoff, Client
from tests.support.both_clients import made

VIDEO = {"video_id": "v1", "owner_id": "ann", "title": "Bunny", "state": "rejected", "appealed_at": 7}


class Answers(httpx.BaseTransport):
    """Answers each request with the next document, and remembers what was asked."""

    def __init__(self, *documents: Any, status: int = 200) -> None:
        self.documents, self.status = list(documents), status
        self.asked: list[tuple[str, str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.raw_path.decode(), body))
        document = self.documents.pop(0)
        if document is None and self.status < httpx.codes.BAD_REQUEST:
            return httpx.Response(httpx.codes.NO_CONTENT)
        return httpx.Response(self.status, json=document)


def client(answers: Answers) -> Client:
    return made("http://edge.test", lambda: "token", answers)


class Responses:
    """A transport that gives one prepared answer after another and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self) -> Client:
        backoff = Backoff(rng=random.Random(1), attempts=3)
        return made("http://edge.test/", lambda: "good", httpx.MockTransport(self), self.slept.append, backoff=backoff)


def ok(body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)
