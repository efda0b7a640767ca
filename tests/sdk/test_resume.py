"""kill -9 of the uploading process, at any moment: the next one goes on, and storage gets the file as it is."""

import asyncio
import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench._link import Link
from bench._network import Network
from bench._upload_world import World, upload_world
from tests.support.both_clients import FLAVORS

MIB = 1024 * 1024
PROGRAM = Path(__file__).with_name("uploading.py")
STEADY = Network("steady", (10.0,), (12.0 * MIB,), 0.005)
"""Slow enough that a kill usually finds an upload in its middle."""
SECONDS = 120
SURPLUS_BYTES = MIB // 8
"""What is said to the service: far less than one part."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with upload_world() as made:
        yield made


class Victim:
    """One file and the processes that upload it, one after the other, over one link."""

    def __init__(self, world: World, folder: Path, size: int, mode: str, flavor: str = "sync") -> None:
        self.world = world
        self.folder = folder
        self.mode, self.flavor = mode, flavor
        self.file = folder / "clip.mp4"
        self.file.write_bytes(random.Random(size).randbytes(size))

    async def upload(self, kills: int, rng: random.Random) -> tuple[str, int]:
        """Kills it `kills` times, then lets it end: (upload id, kills that found it running). The last one sends no
        part that storage holds."""
        link, found = Link(STEADY, self.world.upstream), 0
        async with link.open() as origin:
            for _ in range(kills):
                found += await asyncio.to_thread(self._kill, origin, rng.uniform(0.3, 2.5))
            await link.emptied()
            missing, before = self.file.stat().st_size - self._held(), link.sent
            last = await asyncio.to_thread(self._start(origin).communicate, None, SECONDS)
        assert link.sent - before <= missing + SURPLUS_BYTES
        return last[0].decode().strip(), found

    def _held(self) -> int:
        uploads = self.world.s3.list_multipart_uploads(Bucket="uploads").get("Uploads", [])
        return sum(
            part["Size"]
            for upload in uploads
            for part in self.world.s3.list_parts(Bucket="uploads", Key=upload["Key"], UploadId=upload["UploadId"]).get(
                "Parts", []
            )
        )

    def _start(self, origin: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(PROGRAM), origin, str(self.file), str(self.folder / "resume"), self.mode]
        command.append(self.flavor)
        return subprocess.Popen(command, stdout=subprocess.PIPE)

    def _kill(self, origin: str, after: float) -> bool:
        with self._start(origin) as process:
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
            return process.wait() == -signal.SIGKILL

    def arrived(self, upload_id: str) -> bool:
        body = self.world.s3.get_object(Bucket="uploads", Key=f"originals/normal/{upload_id}")["Body"].read()
        return hashlib.sha256(body).digest() == hashlib.sha256(self.file.read_bytes()).digest()


@pytest.mark.engines
def test_an_upload_killed_three_times_arrives_whole(world: World, tmp_path: Path) -> None:
    victim = Victim(world, tmp_path, 24 * MIB, "parts")
    upload_id, found = asyncio.run(victim.upload(3, random.Random(1)))
    assert found
    assert victim.arrived(upload_id)


@pytest.mark.engines
@pytest.mark.parametrize("flavor", FLAVORS)
def test_200_mb_killed_five_times_arrive_whole(world: World, tmp_path: Path, flavor: str) -> None:
    victim = Victim(world, tmp_path, 200_000_000, "parts", flavor)
    upload_id, found = asyncio.run(victim.upload(5, random.Random(2)))
    assert found == 5
    assert victim.arrived(upload_id)


@pytest.mark.engines
@pytest.mark.timeout(1200)
def test_fifty_kills_at_random_moments_lose_nothing(world: World, tmp_path: Path) -> None:
    rng, found, number = random.Random(20261123), 0, 0
    while found < 50:
        folder = tmp_path / str(number)
        folder.mkdir()
        victim = Victim(world, folder, rng.randint(24, 48) * MIB, "parts")
        upload_id, hit = asyncio.run(victim.upload(5, rng))
        found, number = found + hit, number + 1
        assert victim.arrived(upload_id)
        victim.file.unlink()
    assert number <= 25
