"""The local edge's two tiers: who is asked, how often, and for how long an answer is good."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from local.edge_behaviors import Policy
from local.edge_cache import Block, Locations, Tiers

pytestmark = pytest.mark.anyio
KEY = ("/v/v1/1/a.mp4", 0)
MEDIA = Policy(0, 86_400, 31_536_000)
PLAYLISTS = Policy(0, 10, 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Store:
    """An origin that counts. `body` is what it has now; `gate` holds its answers back."""

    def __init__(self, body: bytes = b"x" * 10, lifetime: float = 60, stale_seconds: float = 0) -> None:
        self.body, self.lifetime, self.stale_seconds = body, lifetime, stale_seconds
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self) -> Block:
        self.asked += 1
        body = self.body
        await self.gate.wait()
        return Block(200, (), body, len(body), self.lifetime, self.stale_seconds)

    async def was_asked(self, times: int) -> None:
        async with asyncio.timeout(5):
            while self.asked < times:
                await asyncio.sleep(0)


def reader(tiers: Tiers, store: Store) -> Callable[[], Awaitable[tuple[bytes, str]]]:
    async def read() -> tuple[bytes, str]:
        block, verdict = await tiers.get(KEY, store.fetch)
        return block.body, verdict

    return read


async def test_a_stale_answer_is_given_at_once_while_one_request_asks_for_the_next() -> None:
    store = Store(lifetime=0.01, stale_seconds=60)
    read = reader(Tiers(), store)
    await read()
    await asyncio.sleep(0.02)
    store.body = b"new"
    store.gate.clear()
    assert [await read() for _ in range(20)] == [(b"x" * 10, "Hit from edge")] * 20
    store.lifetime = 60
    store.gate.set()
    async with asyncio.timeout(5):
        while (await read())[0] != b"new":
            await asyncio.sleep(0)
    assert store.asked == 2


async def test_what_is_gone_takes_the_place_of_what_is_stale() -> None:
    store = Store(lifetime=0.01, stale_seconds=60)
    read = reader(Tiers(), store)
    await read()
    await asyncio.sleep(0.02)
    store.body, store.lifetime = b"404", 0
    await read()
    async with asyncio.timeout(5):
        while (await read())[0] != b"404":
            await asyncio.sleep(0)


async def test_a_stale_answer_is_given_on_while_the_origin_fails() -> None:
    store, tiers = Store(lifetime=0.01, stale_seconds=60), Tiers()
    await reader(tiers, store)()
    await asyncio.sleep(0.02)

    async def broken() -> Block:
        raise ConnectionError

    for _ in range(3):
        assert (await tiers.get(KEY, broken))[1] == "Hit from edge"
        await asyncio.sleep(0)


async def test_what_is_stale_for_too_long_is_waited_for() -> None:
    store = Store(lifetime=0.01, stale_seconds=0.01)
    read = reader(Tiers(), store)
    await read()
    await asyncio.sleep(0.03)
    assert (await read())[1] == "Miss"


@pytest.mark.parametrize(
    ("says", "lifetime", "stale"),
    [
        ("public, max-age=2, stale-while-revalidate=30", 2, 30),
        ("public, max-age=2, stale-while-revalidate=300", 2, 30),
        ("public, max-age=2", 2, 0),
        ("no-store, stale-while-revalidate=30", 0, 0),
        ("max-age=2, stale-while-revalidate=soon", 2, 0),
    ],
)
def test_how_long_what_is_stale_is_given(says: str, lifetime: float, stale: float) -> None:
    policy = Policy(0, 0, 32, by_path=True)
    assert (policy.lifetime(says), policy.stale_seconds(says)) == (lifetime, stale)


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


# --- several locations ------------------------------------------------------------------------------------------------


async def test_locations_of_a_region_share_its_cache_and_regions_share_nothing() -> None:
    store, places = Store(), Locations(regions=("us", "eu"))
    asked = ("us", "us/two", "us/two", "eu", "nowhere")
    seen = [(await places.at(place).get(KEY, store.fetch))[1] for place in asked]
    assert seen == ["Miss", "Hit from regional", "Hit from edge", "Miss", "Hit from edge"]
    assert store.asked == 2


async def test_crowds_at_all_locations_of_a_region_cost_the_origin_one_request() -> None:
    store, places = Store(), Locations(regions=("us", "eu"))
    store.gate.clear()
    crowd = [
        asyncio.ensure_future(places.at(f"{region}/{n % 5}").get(KEY, store.fetch))
        for n in range(100)
        for region in ("us", "eu")
    ]
    await store.was_asked(times=2)
    store.gate.set()
    await asyncio.gather(*crowd)
    assert store.asked == 2


async def test_an_invalidation_reaches_every_location() -> None:
    store, places = Store(), Locations(regions=("us", "eu"))
    for place in ("us", "us/two", "eu"):
        await places.at(place).get(KEY, store.fetch)
    places.purge("/v/*")
    assert [(await places.at(place).get(KEY, store.fetch))[1] for place in ("us/two", "eu")] == ["Miss", "Miss"]


async def test_what_was_invalidated_under_way_is_kept_nowhere() -> None:
    store, tiers = Store(), Tiers()
    store.gate.clear()
    under_way = asyncio.ensure_future(reader(tiers, store)())
    await store.was_asked(times=1)
    tiers.purge("/v/*")
    store.gate.set()
    await under_way
    assert (await reader(tiers, store)())[1] == "Miss"
