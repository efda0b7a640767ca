"""The client's requests: what goes along, what is repeated and what is not."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from reelstack_client import Client, ClientError, ServiceFailed, SignInFailed, TooMany, Unreachable, Wishes
from tests.support import both_clients
from tests.support.client_answers import VIDEO, Responses, ok
from tests.support.service_in_process import problem


def test_the_token_goes_along_with_every_request() -> None:
    responses = Responses(ok(VIDEO))
    responses.client().videos.get("v1")
    assert responses.requests[0].headers["authorization"] == "Bearer good"
    assert str(responses.requests[0].url) == "http://edge.test/v1/videos/v1"


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(429)])
def test_reading_is_tried_again_after(failure: httpx.Response | Exception) -> None:
    responses = Responses(failure, ok(VIDEO))
    assert responses.client().videos.get("v1").video_id == "v1"
    assert len(responses.slept) == 1


def test_the_servers_retry_after_is_waited_for() -> None:
    responses = Responses(httpx.Response(503, headers={"retry-after": "7"}), ok(VIDEO))
    responses.client().videos.get("v1")
    assert responses.slept[0] >= 7


def test_what_might_happen_twice_is_not_repeated() -> None:
    responses = Responses(httpx.ReadTimeout("late"))
    with pytest.raises(Unreachable):
        responses.client().accounts.change_password("old", "new")
    assert len(responses.requests) == 1


def test_what_must_happen_once_is_repeated_under_the_same_key() -> None:
    busy = problem(409, "request-in-progress", "It is still being answered")
    responses = Responses(httpx.ReadTimeout("late"), busy, ok(VIDEO), ok(VIDEO))
    client = responses.client()
    client.videos.retry("v1")
    client.videos.retry("v1")
    keys = [request.headers["idempotency-key"] for request in responses.requests]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_liking_is_repeated_since_it_counts_once() -> None:
    responses = Responses(httpx.ReadTimeout("late"), httpx.Response(204))
    responses.client().interactions.like("v1")
    assert [request.method for request in responses.requests] == ["PUT", "PUT"]


HOTEL = httpx.Response(200, headers={"content-type": "text/html"}, text="<h1>Welcome</h1>")
LEADS_AWAY = httpx.Response(302, headers={"location": "http://hotel.test/"})


@pytest.mark.parametrize("page", [HOTEL, LEADS_AWAY])
def test_the_page_of_another_network_is_no_answer(page: httpx.Response) -> None:
    responses = Responses(page, ok(VIDEO), page, httpx.Response(204), page)
    client = responses.client()
    assert client.videos.get("v1").video_id == "v1"
    client.interactions.like("v1")
    with pytest.raises(Unreachable):
        client.accounts.change_password("old", "new")
    assert [request.method for request in responses.requests] == ["GET", "GET", "PUT", "PUT", "POST"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"not json"])
def test_what_cannot_be_read_is_no_answer(body: bytes) -> None:
    torn = httpx.Response(200, headers={"content-type": "application/json"}, content=body)
    responses = Responses(torn, ok(VIDEO))
    assert responses.client().videos.get("v1").video_id == "v1"


@pytest.mark.parametrize(
    "asks",
    [
        lambda client: client.videos.get("v1"),
        lambda client: client.videos.list(),
        lambda client: client.feed.page(),
        lambda client: client.accounts.sessions(),
        lambda client: client.accounts.revoke_others(),
        lambda client: client.accounts.grant("u1", "creator"),
        lambda client: client.notifications.unread(),
        lambda client: client.notifications.switched_off(),
        lambda client: client.production.dead_letters(),
        lambda client: client.production.redrive(),
    ],
)
@pytest.mark.parametrize("body", [[], {"video_id": 7, "items": 7}, 5, "text", {"items": [[]], "roles": {}}])
def test_an_answer_of_another_form_is_told_at_once(asks: Callable[[Any], Any], body: Any) -> None:
    responses = Responses(ok(body))
    with pytest.raises(ClientError, match="in another form"):
        asks(responses.client())
    assert len(responses.requests) == 1


@pytest.mark.parametrize(
    "asks",
    [
        lambda client, words: client.videos.edit("v1", tags=words),
        lambda client, words: client.accounts.edit(links=words),
        lambda client, words: client.feed.set_interests(words),
        lambda client, words: client.feed.set_interests([], words),
        lambda client, words: client.notifications.switch_off(words),
        lambda client, words: client.production.produce("v1", words),
        lambda client, words: client.behavior.report(words),
        lambda client, words: client.videos.wait("v1", accept=words),
        lambda client, words: client.uploads.create(1, "video/mp4", Wishes("a", tags=words), "key"),
    ],
)
@pytest.mark.parametrize("words", ["cats", b"cats", [b"cats"], [1], [None]])
def test_one_text_is_no_list_of_texts(asks: Callable[[Any, Any], Any], words: Any) -> None:
    responses = Responses()
    with pytest.raises(ClientError, match=r"list of (texts|events) is wanted"):
        asks(responses.client(), words)
    assert responses.requests == []


@pytest.mark.parametrize("token", ["", " ", "two words", "gr\u00fcn", "a\r\nx: y", b"secret", 12345, None])
def test_what_is_no_token_is_told_without_naming_it(token: Any) -> None:
    responses = Responses(ok(VIDEO))
    client = both_clients.made("http://edge.test", lambda: token, httpx.MockTransport(responses))
    with pytest.raises(SignInFailed) as found:
        client.videos.get("v1")
    assert not str(token).strip() or str(token) not in str(found.value)
    assert responses.requests == []


def test_what_a_file_has_around_a_token_is_left_out() -> None:
    responses = Responses(ok(VIDEO))
    both_clients.made("http://edge.test", lambda: " good\n", httpx.MockTransport(responses)).videos.get("v1")
    assert responses.requests[0].headers["authorization"] == "Bearer good"


@pytest.mark.parametrize("address", ["clips.example.com", "ftp://clips.example.com", "http://", "http://[::1", ""])
def test_what_is_no_address_of_a_service_is_told_at_once(address: str) -> None:
    with pytest.raises(ClientError, match="no address"):
        Client(address)


def test_a_list_that_does_not_go_on_is_told() -> None:
    same = ok({"items": [VIDEO], "cursor": "again"})
    videos = iter(Responses(same, same, same).client().videos.list.each())
    assert [next(videos).video_id, next(videos).video_id] == ["v1", "v1"]
    with pytest.raises(ClientError, match="does not go on"):
        next(videos)


@pytest.mark.parametrize(
    ("told", "seconds"), [("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0), ("-1", 1.0), ("nan", 1.0), ("inf", 1.0)]
)
def test_a_refusal_for_now_says_for_how_long(told: str, seconds: float) -> None:
    busy = httpx.Response(429, headers={"retry-after": told})
    with pytest.raises(TooMany) as refused:
        Responses(busy, busy, busy).client().videos.get("v1")
    assert refused.value.retry_after == seconds


def test_a_service_that_stays_silent_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Responses(*[httpx.ConnectError("refused")] * 3).client().videos.get("v1")


def test_a_service_that_keeps_failing_says_what_it_said() -> None:
    with pytest.raises(ServiceFailed, match="Storage is busy"):
        Responses(*[problem(503, "storage-busy", "Storage is busy")] * 3).client().videos.get("v1")


class Listener(HTTPServer):
    """Keeps the `user-agent` of every request, and answers 404."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Refusing)
        self.agents: list[str] = []


class Refusing(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.agents.append(self.headers["user-agent"])
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base's
        """Nothing: a test's output is its own."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_connections_are_closed_by_who_opened_them() -> None:
    own = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(204)))
    with Client("http://edge.test", http=own):
        pass
    assert not own.is_closed
    with Client("http://edge.test") as client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        client.health()


def test_the_program_is_named_since_people_read_it_among_their_sign_ins(listener: Listener) -> None:
    origin = f"http://127.0.0.1:{listener.server_port}"
    for client in (Client(origin), Client(origin, agent="Holiday 1.0")):
        with pytest.raises(ClientError):
            client.videos.get("v1")
    assert listener.agents == ["reelstack-client", "Holiday 1.0"]


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_is_a_lost_one_where_something_is_wanted(status: int) -> None:
    responses = Responses(*[httpx.Response(status)] * 4)
    client = responses.client()
    with pytest.raises(Unreachable):
        client.videos.get("v1")
    assert len(responses.requests) == 3
    client.videos.delete("v1")
    assert len(responses.requests) == 4


def test_what_is_no_path_is_told_before_it_is_asked() -> None:
    responses = Responses()
    with pytest.raises(ClientError, match="is no path of a service"):
        responses.client().videos.get("v\n1")
    assert responses.requests == []


def test_each_answer_is_parsed_once() -> None:
    read = list[int]()

    class Counted(httpx.Response):
        def json(self, **more: Any) -> Any:
            read.append(1)
            return super().json(**more)

    answer = httpx.MockTransport(lambda _: Counted(200, json=VIDEO))
    assert Client("http://edge.test", http=httpx.Client(transport=answer), resume_folder=None).videos.get("v1").title
    assert read == [1]
