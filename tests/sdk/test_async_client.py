"""What only the client for asyncio has to hold; everything else it shares with the other."""

import asyncio
from pathlib import Path

import httpx
import pytest

from reelstack_client import AsyncClient, AsyncPasswordSignIn
from tests.support.both_clients import Awaited
from tests.support.client_answers import VIDEO, Responses, ok
from tests.support.service_in_process import EDGE, Service


def test_a_token_may_be_waited_for() -> None:
    responses = Responses(ok(VIDEO))

    async def token() -> str:
        await asyncio.sleep(0)
        return "waited-for"

    async def read() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(responses))
        async with AsyncClient(EDGE, token, http=http) as client:
            await client.videos.get("v1")

    asyncio.run(read())
    assert responses.requests[0].headers["authorization"] == "Bearer waited-for"


def test_tasks_share_one_sign_in() -> None:
    signed_in = {"AuthenticationResult": {"AccessToken": "one", "ExpiresIn": 3600}}
    responses = Responses(ok(signed_in))

    async def ask() -> list[str]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(responses)) as http:
            provider = AsyncPasswordSignIn("http://cognito.test", "client", "ann", "secret", http)
            return [*await asyncio.gather(provider(), provider())]

    assert asyncio.run(ask()) == ["one", "one"]
    assert len(responses.requests) == 1


def test_connections_are_closed_by_who_opened_them() -> None:
    async def end() -> httpx.AsyncClient:
        own = httpx.AsyncClient(transport=httpx.MockTransport(Responses(ok(VIDEO))))
        provider = AsyncPasswordSignIn("http://cognito.test", "client", "ann", "secret")
        async with AsyncClient(EDGE, http=own), AsyncClient(EDGE) as client:
            await provider.close()
        for call in (provider, client.health):
            with pytest.raises(RuntimeError, match="closed"):
                await call()
        return own

    assert not asyncio.run(end()).is_closed


class Hanging(Awaited):
    """Storage that takes a part and never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.test":
            await asyncio.Event().wait()
        return await super().handle_async_request(request)


def test_an_upload_that_is_cancelled_ends_and_can_be_resumed(clip: Path, tmp_path: Path) -> None:
    service = Service()

    async def cut() -> None:
        client = AsyncClient(
            EDGE, lambda: "good", http=httpx.AsyncClient(transport=Hanging(service)), resume_folder=tmp_path / "kept"
        )
        async with client, asyncio.timeout(0.2):
            await client.uploads.upload(clip, title="Clip")

    async def resume() -> str:
        http = httpx.AsyncClient(transport=Awaited(service))
        async with AsyncClient(EDGE, lambda: "good", http=http, resume_folder=tmp_path / "kept") as client:
            return (await client.uploads.upload(clip, title="Clip")).upload_id

    with pytest.raises(TimeoutError):
        asyncio.run(cut())
    assert asyncio.run(resume()) == "u1"
    assert service.content("u1") == clip.read_bytes()
