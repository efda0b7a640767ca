"""`client.notifications.listen` with real sockets: a server on 127.0.0.1 as the gateway, the handlers behind."""

import asyncio
import json
import queue
import socket
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as dial
from websockets.sync.server import ServerConnection, serve

from reelstack.notifications.activities import Activity, NotificationKind
from reelstack.notifications.notifications import store
from reelstack.platform.config import PREFIX, Config, config
from reelstack_client import AsyncClient, Client, ClientError
from tests.support.both_clients import Awaited
from tests.support.client_answers import Answers, Responses, ok


class Service(httpx.BaseTransport):
    """HTTP in, the handler's answers out, as ann."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        answer = self.call("notifications", request.method, request.url.raw_path.decode(), body=body)
        return httpx.Response(answer.status, json=answer.json)


def test_a_lost_connection_loses_nothing_and_tells_nothing_twice(
    aws: Config, call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: queue.Queue[ServerConnection] = queue.Queue()

    def keep(connection: ServerConnection) -> None:
        inside.put(connection)
        with suppress(ConnectionClosedError):
            for _ in connection:
                pass

    opened: list[ClientConnection] = []

    def remember(url: str, **more: float) -> ClientConnection:
        opened.append(dial(url, **more))
        return opened[-1]

    with serve(keep, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        monkeypatch.setenv(f"{PREFIX}SOCKET_URL", f"ws://127.0.0.1:{port}/live")
        config.cache_clear()
        client = Client("https://clips.example.com", http=httpx.Client(transport=Service(call)), sleep=lambda _: None)
        store([Activity("ann", NotificationKind.FOLLOW, "", "bob", 1)])
        heard = client.notifications.listen(since=0, connect=remember)
        assert next(heard).people == ["bob"]

        (missed,) = store([Activity("ann", NotificationKind.FOLLOW, "", "cid", 2)])
        opened[-1].socket.shutdown(socket.SHUT_RDWR)
        assert next(heard).people == ["cid", "bob"]
        assert len(opened) == 2

        (item,) = client.notifications.inbox().items
        # The second is open for the client before the server's thread for it has begun.
        _, gateway = inside.get(timeout=10), inside.get(timeout=10)
        gateway.send(json.dumps({"notification": item.model_dump(), "unread": 1}))
        gateway.send(json.dumps({"notification": item.model_dump() | {"at": item.at + 1}, "unread": 1}))
        assert next(heard).at == missed.changed_at + 1, "what was told already is not told again"
        heard.close()
        server.shutdown()


def test_what_comes_in_is_heard_with_asyncio_and_the_connection_is_closed() -> None:
    ended: queue.Queue[None] = queue.Queue()
    told = {"subject": "f", "kind": "follow", "people": ["bob"], "count": 1, "at": 1, "unread": True}

    def push(connection: ServerConnection) -> None:
        connection.send(json.dumps({"message": "Internal server error", "connectionId": "c", "requestId": "r"}))
        connection.send(json.dumps({"notification": told | {"at": 2, "people": ["cid", "bob"]}, "unread": 1}))
        with suppress(ConnectionClosedError):
            for _ in connection:
                pass
        ended.put(None)

    async def hear(port: int) -> list[list[str]]:
        answers = Answers({"url": f"ws://127.0.0.1:{port}/live"}, {"items": [told], "cursor": None})
        async with AsyncClient("http://edge.test", http=httpx.AsyncClient(transport=Awaited(answers))) as client:
            heard = client.notifications.listen(since=0)
            people = [(await anext(heard)).people for _ in range(2)]
            await heard.aclose()
            return people

    with serve(push, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        assert asyncio.run(hear(port)) == [["bob"], ["cid", "bob"]], "from the inbox, and pushed"
        ended.get(timeout=10)
        server.shutdown()


def test_a_service_that_has_too_much_to_do_is_left_alone_for_as_long_as_it_asks() -> None:
    told = {"subject": "f", "kind": "follow", "people": ["bob"], "count": 1, "at": 1, "unread": True}
    busy = [httpx.Response(status, headers={"retry-after": after}) for status, after in ((429, "90"), (503, "70"))]
    responses = Responses(*busy, ok({"url": "ws://edge.test/live"}), ok({"items": [told], "cursor": None}))
    heard = responses.client().notifications.listen(since=0, connect=lambda *_, **__: nullcontext())
    assert next(heard).people == ["bob"]
    assert responses.slept == [90, 70]
    heard.close()


class Told:
    """A connection that says one thing after another, and is lost then."""

    def __init__(self, *messages: str) -> None:
        self.messages = list(messages)

    def recv(self, timeout: float) -> str:
        del timeout
        return self.messages.pop(0)


@pytest.mark.parametrize("form", ["5", "[]", '{"notification": {"subject": 5}}'])
def test_a_push_of_another_form_is_told(form: str) -> None:
    responses = Responses(ok({"url": "ws://edge.test/live"}), ok({"items": [], "cursor": None}))
    heard = responses.client().notifications.listen(since=0, connect=lambda *_, **__: nullcontext(Told(form)))
    with pytest.raises(ClientError, match="the connection answered in another form"):
        next(heard)


def test_what_cannot_be_read_on_a_connection_is_a_lost_one() -> None:
    told = {"subject": "f", "kind": "follow", "people": ["bob"], "count": 1, "at": 1, "unread": True}
    opening, empty = ok({"url": "ws://edge.test/live"}), ok({"items": [], "cursor": None})
    responses = Responses(opening, empty, opening, ok({"items": [told], "cursor": None}))
    heard = responses.client().notifications.listen(since=0, connect=lambda *_, **__: nullcontext(Told("<html>")))
    assert next(heard).people == ["bob"]
    heard.close()
