"""The local edge's two tiers: who is asked, how often, and for how long an answer is good."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from local.edge_behaviors import Policy
from local.edge_cache import Block, Tiers

pytestmark = pytest.mark.anyio
KEY = ("/v/v1/1/a.mp4", 0)
MEDIA = Policy(0, 86_400, 31_536_000)
PLAYLISTS = Policy(0, 10, 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Store:
    """An origin that counts. `body` is what it has now; `gate` holds its answers back."""

    def __init__(self, body: bytes = b"x" * 10, lifetime: float = 60) -> None:
        self.body, self.lifetime = body, lifetime
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self) -> Block:
        self.asked += 1
        body = self.body
        await self.gate.wait()
        return Block(200, (), body, len(body), self.lifetime)

    async def was_asked(self, times: int) -> None:
        async with asyncio.timeout(5):
            while self.asked < times:
                await asyncio.sleep(0)


def reader(tiers: Tiers, store: Store) -> Callable[[], Awaitable[tuple[bytes, str]]]:
    async def read() -> tuple[bytes, str]:
        block, verdict = await tiers.get(KEY, store.fetch)
        return block.body, verdict

    return read


async def test_the_second_reader_is_served_by_the_edge() -> None:
    store = Store()
    read = reader(Tiers(), store)
    assert [(await read())[1] for _ in range(3)] == ["Miss", "Hit from edge", "Hit from edge"]
    assert store.asked == 1


async def test_what_the_edge_had_to_drop_comes_from_the_regional_tier_and_is_at_the_edge_again() -> None:
    store = Store()
    tiers = Tiers(edge_bytes=15, regional_bytes=100)
    read = reader(tiers, store)
    await read()
    await tiers.get(("/other", 0), store.fetch)  # pushes the first out of the edge
    assert [(await read())[1] for _ in range(2)] == ["Hit from regional", "Hit from edge"]
    assert store.asked == 2


async def test_a_crowd_at_a_cold_object_costs_the_origin_one_request() -> None:
    store = Store()
    store.gate.clear()
    read = reader(Tiers(), store)
    crowd = [asyncio.ensure_future(read()) for _ in range(50)]
    await store.was_asked(times=1)
    store.gate.set()
    assert {body for body, _ in await asyncio.gather(*crowd)} == {b"x" * 10}
    assert store.asked == 1


async def test_one_viewer_hanging_up_does_not_fail_the_others() -> None:
    store = Store()
    store.gate.clear()
    read = reader(Tiers(), store)
    first, second = asyncio.ensure_future(read()), asyncio.ensure_future(read())
    await store.was_asked(times=1)
    first.cancel()
    store.gate.set()
    assert (await second)[0] == b"x" * 10
    assert store.asked == 1


async def test_an_origin_that_fails_is_asked_again() -> None:
    tiers = Tiers()

    async def broken() -> Block:
        raise ConnectionError

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await tiers.get(KEY, broken)
    store = Store()
    assert (await reader(tiers, store)())[1] == "Miss"


async def test_what_may_not_be_kept_is_fetched_every_time() -> None:
    store = Store(lifetime=0)
    read = reader(Tiers(), store)
    assert [(await read())[1] for _ in range(2)] == ["Miss", "Miss"]
    assert store.asked == 2


async def test_what_has_expired_is_fetched_anew() -> None:
    store = Store(lifetime=0.05)
    read = reader(Tiers(), store)
    await read()
    store.body = b"new"
    await asyncio.sleep(0.06)
    assert await read() == (b"new", "Miss")


@pytest.mark.parametrize(
    ("pattern", "gone"), [("/v/v1/*", True), ("/*", True), ("/v/v1/1/a.mp4", True), ("/v/v2/*", False)]
)
async def test_an_invalidation_empties_both_tiers_of_what_it_names(pattern: str, gone: bool) -> None:
    store = Store()
    tiers = Tiers()
    read = reader(tiers, store)
    await read()
    tiers.purge(pattern)
    assert (await read())[1] == ("Miss" if gone else "Hit from edge")


async def test_what_was_in_flight_at_an_invalidation_is_neither_kept_nor_shared() -> None:
    store = Store(b"old")
    store.gate.clear()
    tiers = Tiers()
    read = reader(tiers, store)
    early = asyncio.ensure_future(read())
    await store.was_asked(times=1)
    tiers.purge("/v/v1/*")
    store.body = b"new"
    late = asyncio.ensure_future(read())
    await store.was_asked(times=2)
    store.gate.set()
    assert (await early)[0] == b"old"
    assert (await late)[0] == b"new"
    assert await read() == (b"new", "Hit from edge")


@pytest.mark.parametrize(
    ("policy", "says", "seconds"),
    [
        pytest.param(MEDIA, "public, max-age=31536000, immutable", 31_536_000, id="immutable"),
        pytest.param(MEDIA, "", 86_400, id="origin silent: the default"),
        pytest.param(MEDIA, "max-age=5, s-maxage=50", 50, id="shared caches have their own number"),
        pytest.param(MEDIA, "no-cache", 0, id="no-cache"),
        pytest.param(MEDIA, "private, max-age=60", 0, id="private"),
        pytest.param(PLAYLISTS, "max-age=31536000", 60, id="the policy's maximum wins over the origin"),
        pytest.param(Policy(30, 60, 90), "no-store", 30, id="the policy's minimum wins over the origin"),
        pytest.param(Policy(0, 0, 0), "max-age=60", 0, id="caching disabled"),
    ],
)
def test_a_lifetime_is_the_origins_within_the_policys_bounds(policy: Policy, says: str, seconds: float) -> None:
    assert policy.lifetime(says) == seconds
