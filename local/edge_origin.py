"""What lies behind the edge: the buckets, through the emulator's own CloudFront, so that origin access control is
proved by every request; the HTTP API, with the header that opens it; and Cognito, for signing in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from urllib.parse import urlsplit

import httpx

from local.edge_apis import Api, OriginFailed, Tally, first_good
from local.edge_behaviors import Policy
from local.edge_cache import BLOCK_BYTES, Block
from local.edge_functions import Chosen, Viewer

ORIGIN_HEADER = "x-origin-verify"
TIMEOUT = httpx.Timeout(30, connect=3)
MAIN = ("api",)
"""The API of all routes, chosen by a function: it is the one that answers unless one chooses."""
LIMITS = httpx.Limits(max_connections=100)
API_AT_ONCE = 8
"""On a laptop each request under way is a Python process of its own, some 80 MB: more of them wait their turn."""

SIGN_IN = {f"AWSCognitoIdentityProviderService.{name}" for name in ("InitiateAuth", "SignUp", "ConfirmSignUp")}
"""All that the browser may ask of Cognito here; everything else takes AWS credentials or another way."""

PER_HOP = {
    *("connection", "content-length", "keep-alive", "proxy-authenticate", "proxy-authorization"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
OWN = {*PER_HOP, "accept-ranges", "age", "content-range", "date", "server", "via", "x-cache"}
"""Headers that this edge writes itself, or that mean nothing beyond one connection."""
OF_THE_EMULATOR = ("access-control-", "x-amz-", "x-amzn-", "x-frame-options")
"""What a bucket does not say. The emulator's distribution adds the policy of the path that an edge function has chosen;
on AWS, and at this edge, that of the path which the viewer asked for counts."""

HTTP_OK, HTTP_PARTIAL = 200, 206


class Origin:
    """`endpoint` is the emulator's address; `api_url` may name a host that only the emulator knows. `apis` are those
    that a function can choose instead; `tally` says what became of those requests. `on_read(path, bytes, size of the
    object)` hears of each read of a bucket."""

    def __init__(
        self,
        *,
        endpoint: str,
        domain: str,
        api_url: str,
        secret: str,
        apis: Mapping[str, Api] | None = None,
        on_read: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self._apis, self.tally, self._on_read = apis or {}, Tally(), on_read
        self._api_turns = {name: asyncio.Semaphore(API_AT_ONCE) for name in self._apis}
        self._endpoint = endpoint.rstrip("/")
        self._domain = domain
        api = urlsplit(api_url)
        self._api_host, self._api_path = api.netloc, api.path.rstrip("/")
        self._secret = secret
        self._turns = asyncio.Semaphore(API_AT_ONCE)
        self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def block(self, path: str, number: int, policy: Policy) -> Block:
        """One block of an object, fetched by range. Raises OriginFailed."""
        first = number * BLOCK_BYTES
        headers = {
            "host": self._domain,
            "x-forwarded-proto": "https",  # or the distribution would redirect us there
            "range": f"bytes={first}-{first + BLOCK_BYTES - 1}",
        }
        answer = await self._send("GET", path, headers)
        try:
            body = b"".join([chunk async for chunk in stream(answer)])
        except httpx.HTTPError as error:
            raise OriginFailed(f"{path}: {error!r}") from error
        kept = tuple(_kept(answer.headers.multi_items()))
        lifetime = policy.lifetime(answer.headers.get("cache-control", ""))
        if answer.status_code == HTTP_PARTIAL:
            total = int(answer.headers["content-range"].rpartition("/")[2])
            self._tell(path, body, total)
            return Block(HTTP_OK, kept, body, total, lifetime)
        if answer.status_code == HTTP_OK:
            self._tell(path, body, len(body))
        else:
            lifetime = 0  # the distribution keeps no errors
        return Block(answer.status_code, kept, body[first : first + BLOCK_BYTES], len(body), lifetime)

    def _tell(self, path: str, body: bytes, total: int) -> None:
        if self._on_read:
            self._on_read(path, len(body), total)

    async def answer(self, viewer: Viewer, policy: Policy) -> Block:
        """The API's answer to a GET that is the same for everybody, read to its end. Raises OriginFailed."""
        answer = await self.api(viewer, b"")
        try:
            body = b"".join([chunk async for chunk in stream(answer)])
        except httpx.HTTPError as error:
            raise OriginFailed(f"{viewer.uri}: {error!r}") from error
        says = answer.headers.get("cache-control", "") if answer.status_code == HTTP_OK else "no-store"
        lifetime, stale = policy.lifetime(says), policy.stale_seconds(says)
        return Block(answer.status_code, tuple(through(answer)), body, len(body), lifetime, stale)

    async def api(self, viewer: Viewer, body: bytes, chosen: Chosen | None = None) -> httpx.Response:
        """The API's answer, its body still to be read (see `stream`). Raises OriginFailed."""
        if chosen and chosen.ids != MAIN:
            return await first_good(chosen, self._apis, partial(self._ask, viewer), self.tally)
        path = self._api_path + _target(viewer)
        async with self._turns:
            return await self._send(viewer.method, path, self._headers(viewer, self._api_host), body)

    async def _ask(self, viewer: Viewer, name: str, api: Api) -> httpx.Response:
        """One of `apis`, by a GET."""
        at = urlsplit(api.url)
        address, path = f"{at.scheme}://{at.netloc}", at.path.rstrip("/") + _target(viewer)
        try:
            async with asyncio.timeout(api.read_seconds), self._api_turns[name]:
                return await self._send(viewer.method, path, self._headers(viewer, at.netloc), address=address)
        except TimeoutError as error:
            raise OriginFailed(f"{name} did not answer within {api.read_seconds} s") from error

    def _headers(self, viewer: Viewer, host: str) -> dict[str, str]:
        return {
            **{name: value for name, value in viewer.headers.items() if name not in PER_HOP},
            "host": host,
            "x-forwarded-for": viewer.address,
            "x-forwarded-proto": "https",
            ORIGIN_HEADER: self._secret,
        }

    async def sign_in(self, target: str, body: bytes) -> httpx.Response:
        """Hands one of SIGN_IN to Cognito. Raises OriginFailed."""
        headers = {
            "host": urlsplit(self._endpoint).netloc,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": target,
        }
        return await self._send("POST", "/", headers, body)

    async def _send(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b"", address: str = ""
    ) -> httpx.Response:
        # Built by hand, since a client adds headers of its own, and an Accept-Encoding the viewer never sent. Encoded
        # here, since httpx takes text for ASCII, and a viewer may send any byte (RFC 9110, section 5.5). The target is
        # what the viewer sent: httpx would take dot segments out, and /u/../v/x is not the key v/x.
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        extensions = {"timeout": TIMEOUT.as_dict(), "target": path.encode("ascii")}
        request = httpx.Request(method, address or self._endpoint, headers=raw, content=body, extensions=extensions)
        try:
            return await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise OriginFailed(f"{path}: {error!r}") from error


def _target(viewer: Viewer) -> str:
    return viewer.uri + (f"?{viewer.query}" if viewer.query else "")


async def stream(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it came, still encoded as its headers say."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def through(answer: httpx.Response) -> list[tuple[str, str]]:
    """Headers of an uncached answer that go on to the viewer, without a date: the edge's server writes one."""
    return [(name, value) for name, value in answer.headers.multi_items() if name not in {*PER_HOP, "date", "server"}]


def _kept(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in headers if name not in OWN and not name.startswith(OF_THE_EMULATOR))
