"""Saving by a copy of the process, of a state that is a list of words in a file."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from local.emulator_saving import Saver

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")


class World:
    def __init__(self, folder: Path) -> None:
        self.file, self.words, self.me = folder / "saved", ["one"], os.getpid()
        self.copy_hangs = self.copy_fails = False
        self.begun, self.goes_on = folder / "begun", folder / "goes-on"

    def save(self) -> None:
        if os.getpid() != self.me:
            self.begun.touch()
            if self.copy_fails:
                raise RuntimeError
            while self.copy_hangs and not self.goes_on.exists():
                time.sleep(0.01)
        self.file.write_text(" ".join([*self.words, "here" if os.getpid() == self.me else "copy"]))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_copy_saves_what_was_known_when_it_was_made_while_the_process_goes_on(world: World) -> None:
    world.copy_hangs = True

    async def run() -> None:
        saving = asyncio.create_task(Saver(world.save).beside())
        await asyncio.sleep(0)
        world.words.append("two")
        assert not world.file.exists()
        world.goes_on.touch()
        await saving

    asyncio.run(run())
    assert world.file.read_text() == "one copy"


@pytest.mark.parametrize("how", ["fails", "hangs"])
def test_a_copy_that_fails_or_does_not_end_leaves_it_to_the_process(world: World, how: str) -> None:
    world.copy_fails, world.copy_hangs = how == "fails", how == "hangs"
    saver = Saver(world.save, most_seconds=0.1)
    asyncio.run(saver.beside())
    assert world.file.read_text() == "one here"
    assert saver._copy is None, "it has been waited for"


def test_who_saves_now_waits_for_no_copy_and_is_not_overwritten_by_one(world: World) -> None:
    world.copy_hangs = True
    saver = Saver(world.save)

    async def run() -> None:
        saving = asyncio.create_task(saver.beside())
        await asyncio.sleep(0)
        world.words.append("two")
        saver.now()
        await saving

    asyncio.run(run())
    world.goes_on.touch()
    assert world.file.read_text() == "one two here"


def test_a_copy_that_is_told_to_end_does_not_tell_the_process(world: World) -> None:
    """Both would have one socket by which signals are told to the event loop."""
    world.copy_hangs = True
    saver, told = Saver(world.save), list[str]()

    async def run() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: told.append("end"))
        saving = asyncio.create_task(saver.beside())
        while not world.begun.exists():
            await asyncio.sleep(0.01)
        assert saver._copy
        os.kill(saver._copy, signal.SIGTERM)
        await saving
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)

    asyncio.run(run())
    assert (told, world.file.read_text()) == ([], "one here")
