"""Uploads over mobile networks that fail: how many are done in time, and how many bytes that took.

Every upload has a link of its own (`bench/_link.py`): recorded or generated bandwidth upwards, and seeded trouble: 5 %
of all requests fail, each minute has a cut of 5–30 s that no connection survives, and once all signed URLs end. Time is
compressed: bandwidth is `factor` times as high and everything that lasts is `factor` times as short, the client's own
time-outs included, so that ratios stay. Behind the link are the uploads service's own code and MiniStack's S3 with
signatures and checksums enforced, as on a laptop's cloud: a leaner storage would be one more thing to trust.

In time: within twice what who sends at every moment between the cuts needs of the bandwidth, plus the cuts. Two other
ways to upload run over the same links in the same run.
"""

import argparse
import asyncio
import hashlib
import multiprocessing
import random
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._link import Link
from bench._network import Network, Trouble, generated, recorded
from bench._report import Check, Report, run
from bench._upload_world import World, upload_world
from bench._uploaders import WAYS, Outcome, Task, upload

SEED = 20261123
MB = 1_000_000
IN_TIME, BYTES = 0.99, 1.15
SHOWN = 40
"""Late uploads that are told one by one."""


@dataclass(frozen=True)
class Plan:
    """How much is measured: `uploads` by our client and `others` by each other way, `lanes` at once."""

    uploads: int
    others: int
    sizes: tuple[int, int]
    factor: float
    lanes: int


FULL = Plan(200, 20, (10 * MB, 50 * MB), 5.0, 8)
QUICK = Plan(10, 2, (10 * MB, 12 * MB), 8.0, 6)


@dataclass(frozen=True)
class Ride:
    """One upload's network and luck."""

    number: int
    size: int
    network: Network
    start: float
    factor: float

    @property
    def bare(self) -> float:
        """Seconds that the bandwidth alone takes if nothing ever fails."""
        return self.network.arrival(self.start, self.size) - self.start

    def trouble(self) -> Trouble:
        rng = random.Random(f"{SEED}/{self.number}")
        return Trouble(rng, self.factor, expiry=self.bare * rng.uniform(0.1, 0.9))

    def ideal(self, trouble: Trouble) -> float:
        """Seconds of bandwidth that who sends at every moment between the cuts needs, and once there and back. Not
        `bare`: a recording may be at its worst in the time that cuts have put off."""
        sent, at, number = 0.0, 0.0, 0
        while (end := self._arrival(at, self.size - sent)) > (cut := trouble.cut(number)).start:
            sent, at, number = sent + self.network.carried(self.start + at, self.start + cut.start), cut.end, number + 1
        return end - trouble.outage(end) + 2 * self.network.latency

    def _arrival(self, at: float, size: float) -> float:
        return self.network.arrival(self.start + at, size) - self.start

    def limit(self, trouble: Trouble) -> float:
        """Twice the ideal time plus the cuts until then."""
        limit = ideal = 2 * self.ideal(trouble)
        while (longer := ideal + trouble.outage(limit)) > limit:
            limit = longer
        return limit


@dataclass(frozen=True)
class Result:
    way: str
    ride: Ride
    outcome: Outcome
    limit: float
    sent: int

    @property
    def in_time(self) -> bool:
        return self.outcome.error is None and self.outcome.seconds <= self.limit


def measure(quick: bool, options: argparse.Namespace) -> Report:
    plan = QUICK if quick else FULL
    networks = recorded(options.traces) if options.traces else generated(SEED)
    rng = random.Random(SEED)
    rides = [_ride(rng, number, networks, plan) for number in range(plan.uploads)]
    step = max(1, plan.uploads // plan.others)
    work = [("our client", ride) for ride in rides]
    for way in list(WAYS)[1:]:
        work += [(way, ride) for ride in rides[::step][: plan.others]]
    rng.shuffle(work)
    # Forked before anything else runs here: the clients' processes are there at once and share what is imported.
    with ProcessPoolExecutor(plan.lanes, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(abs, 0).result()
        with upload_world() as world:
            results = asyncio.run(_all(world, pool, plan, work, options.mode))
    return _report(plan, networks, options, results)


def _ride(rng: random.Random, number: int, networks: list[Network], plan: Plan) -> Ride:
    network = rng.choice(networks)
    start = rng.uniform(0, sum(network.seconds)) / plan.factor
    return Ride(number, rng.randint(*plan.sizes), network.faster(plan.factor), start, plan.factor)


async def _all(
    world: World, pool: ProcessPoolExecutor, plan: Plan, work: list[tuple[str, Ride]], mode: str
) -> list[Result]:
    await _warm(world, pool, plan)
    free = asyncio.Semaphore(plan.lanes)

    async def one(way: str, ride: Ride) -> Result:
        async with free:
            return await _one(world, pool, way, ride, mode)

    return await asyncio.gather(*(one(way, ride) for way, ride in work))


async def _warm(world: World, pool: ProcessPoolExecutor, plan: Plan) -> None:
    """An upload in each mode, and one per process, over a link without trouble: a service's first answers are slow, and
    the machine's time is not compressed."""
    fast = Network("fast", (1.0,), (50.0 * MB,), 0.0)
    async with Link(fast, world.upstream).open() as origin:
        modes = ["chunks", *["parts"] * (plan.lanes - 1)]
        tasks = [Task("our client", origin, 6 * MB, -n, 1.0, 60.0, ("", ""), mode) for n, mode in enumerate(modes, 1)]
        loop = asyncio.get_running_loop()
        outcomes = await asyncio.gather(*(loop.run_in_executor(pool, upload, task) for task in tasks))
    if failed := [outcome.error for outcome in outcomes if outcome.error]:
        raise RuntimeError(f"no upload gets through even without trouble: {failed[0]}")


async def _one(world: World, pool: ProcessPoolExecutor, way: str, ride: Ride, mode: str) -> Result:
    link = Link(ride.network, world.upstream, ride.trouble(), ride.start)
    limit = ride.limit(ride.trouble())
    key = f"originals/normal/put-{ride.number}"
    signed = world.s3.generate_presigned_url("put_object", Params={"Bucket": "uploads", "Key": key})
    async with link.open() as origin:
        puts = tuple(signed.replace(world.storage, f"{origin}/{generation}") for generation in (0, 1))
        task = Task(way, origin, ride.size, ride.number, ride.factor, limit, puts, mode)
        outcome = await asyncio.get_running_loop().run_in_executor(pool, upload, task)
    if outcome.error is None:
        whole = await asyncio.to_thread(_take, world, f"originals/normal/{outcome.upload_id}")
        if whole != outcome.sha256:
            raise AssertionError(f"{way}: storage holds another file than upload {ride.number} sent")
    return Result(way, ride, outcome, limit, link.sent)


def _take(world: World, key: str) -> str:
    """The SHA-256 of an object, which is then deleted: hundreds of files would fill the machine."""
    digest = hashlib.sha256()
    for block in world.s3.get_object(Bucket="uploads", Key=key)["Body"].iter_chunks(1024 * 1024):
        digest.update(block)
    world.s3.delete_object(Bucket="uploads", Key=key)
    return digest.hexdigest()


def _report(plan: Plan, networks: list[Network], options: argparse.Namespace, results: list[Result]) -> Report:
    report = Report("upload")
    source = "recorded" if options.traces else "generated"
    report.rows.append(
        {
            "networks": f"{len(networks)} {source}",
            "time compressed": f"{plan.factor:g} ×",
            "seed": SEED,
            "mode": options.mode,
        }
    )
    for way in WAYS:
        of_way = [result for result in results if result.way == way]
        report.rows.append(_row(way, of_way))
        if way == "our client":
            in_time = statistics.mean(result.in_time for result in of_way)
            sent = sum(result.sent for result in of_way) / sum(result.ride.size for result in of_way)
            report.checks.append(Check("uploads done in time", round(in_time, 4), "of all", IN_TIME, least=True))
            report.checks.append(Check("bytes sent", round(sent, 3), "× size", BYTES))
            report.rows += [_late(result) for result in of_way if not result.in_time][:SHOWN]
    return report


def _late(result: Result) -> dict[str, Any]:
    """What to look at: the same number is the same link, cuts and size in every run."""
    return {
        "late": result.ride.number,
        "network": result.ride.network.name,
        "bytes": result.ride.size,
        "seconds": round(result.outcome.seconds, 1),
        "limit": round(result.limit, 1),
        "sent × size": round(result.sent / result.ride.size, 3),
        "error": result.outcome.error or "",
    }


def _row(way: str, results: list[Result]) -> dict[str, Any]:
    done = [result for result in results if result.outcome.error is None]
    share = round(statistics.median(r.outcome.seconds / r.limit for r in done), 2) if done else None
    return {
        "way": way,
        "uploads": len(results),
        "done": len(done),
        "in time": sum(result.in_time for result in results),
        "in chunks": sum(result.outcome.chunks for result in done),
        "bytes sent × size": round(sum(r.sent for r in results) / sum(r.ride.size for r in results), 3),
        "median time, share of the limit": share,
    }


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--traces", type=Path, help="folder of recorded networks (JSON); default: generated ones")
    parser.add_argument("--mode", choices=("auto", "parts", "chunks"), default="auto", help="how our client sends")


if __name__ == "__main__":
    run(measure, arguments)
