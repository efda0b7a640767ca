"""What a process of the feed keeps, from a folder in the place of the bucket."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jobs.ranker import items_writer, registry
from jobs.ranker.places import Folder
from reelstack.feed import artefacts, items
from reelstack.feed.artefacts import Loader
from reelstack.feed.newcomers import Entry
from reelstack.platform.storage import DocumentTooLarge
from tests.feed.catalogues import clip
from tests.feed.test_items import CLIPS, VECTORS
from tests.ranker import tiny_version


class World:
    def __init__(self, folder: Path) -> None:
        self.place = Folder(folder)
        self.entries: list[Entry] = []
        self.loader = Loader(self.read, self.ask)
        self.fails: dict[str, Exception] = {}
        """How a key's name ends -> what reading it raises."""

    def read(self, key: str) -> bytes:
        for end, error in self.fails.items():
            if key.endswith(end):
                raise error
        try:
            return self.place.read(key)
        except KeyError as error:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject") from error

    def ask(self, _: tuple[str | int, ...]) -> Any:
        raise ConnectionError("away")

    def look(self) -> None:
        self.loader.looked_at = float("-inf")
        self.loader.look()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def release_items(world: World, version: str) -> None:
    world.place.write(f"items/{version}.npz", items_writer.pack(version, CLIPS, VECTORS))
    registry.release_items(world.place, version)


def test_a_new_stage_has_nothing_and_nothing_was_refused(world: World) -> None:
    world.look()
    assert len(world.loader.now.table) == 0
    assert world.loader.now.model is None
    assert world.loader.now.refused == frozenset()


def test_a_damaged_item_table_leaves_the_one_before(world: World, tmp_path: Path) -> None:
    release_items(world, "day-1")
    world.look()
    assert world.loader.now.table.version == "day-1"
    release_items(world, "day-2")
    (tmp_path / "items/day-2.npz").write_bytes(b"damaged")
    world.look()
    assert world.loader.now.table.version == "day-1"
    assert world.loader.now.refused == frozenset(), "an older one serves"
    release_items(world, "day-3")
    world.look()
    assert world.loader.now.table.version == "day-3"


def test_a_first_item_table_that_is_damaged_is_told(world: World, tmp_path: Path) -> None:
    release_items(world, "day-1")
    (tmp_path / "items/day-1.npz").write_bytes(b"damaged")
    world.look()
    assert world.loader.now.refused == {"items"}
    release_items(world, "day-2")
    world.look()
    assert world.loader.now.refused == frozenset()


def test_a_damaged_item_table_that_is_taken_back_refuses_nothing(world: World, tmp_path: Path) -> None:
    release_items(world, "day-1")
    (tmp_path / "items/day-1.npz").write_bytes(b"damaged")
    world.look()
    assert world.loader.now.refused == {"items"}
    (tmp_path / items.POINTER).unlink()
    world.look()
    assert world.loader.now.refused == frozenset()


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("current.json", ConnectionError("away")),
        ("day-1.npz", ConnectionError("away")),
        ("day-1.npz", DocumentTooLarge("too large")),
    ],
)
def test_a_new_process_that_cannot_read_the_item_table_says_so_until_it_can(
    world: World, what: str, error: Exception
) -> None:
    release_items(world, "day-1")
    world.fails = {what: error}
    world.look()
    assert "items" in world.loader.now.refused
    world.fails = {}
    world.look()
    assert (world.loader.now.refused, len(world.loader.now.table)) == (frozenset(), 3)


@pytest.mark.parametrize("what", ["current.json", "day-2.npz"])
def test_a_process_goes_on_with_the_item_table_that_it_has_while_the_bucket_is_away(world: World, what: str) -> None:
    registry.release(world.place, tiny_version.written(world.place))
    release_items(world, "day-1")
    world.look()
    release_items(world, "day-2")
    world.fails = {what: ConnectionError("away")}
    world.look()
    assert (world.loader.now.refused, world.loader.now.table.version) == (frozenset(), "day-1")


def test_a_model_serves_with_its_table_and_a_damaged_one_leaves_it(world: World, tmp_path: Path) -> None:
    registry.release(world.place, tiny_version.written(world.place))
    release_items(world, "day-1")
    world.look()
    first = world.loader.now.model
    assert first is not None
    later = tiny_version.written(world.place, seed=1, day="2026-11-30")
    registry.release(world.place, later)
    (tmp_path / f"rank/{later}/table.npy").write_bytes(b"damaged")
    world.look()
    assert world.loader.now.model is first
    assert world.loader.now.encoder is not None
    assert world.loader.now.encoder.table is world.loader.now.table


def test_newcomers_join_and_leave_when_the_catalogue_has_them(world: World) -> None:
    answers: list[Any] = [
        [b'{"at":1,"id":"new","language":"","ms":1000,"owner":"zoe","region":"","tags":[]}', b"5"],
        [],
    ]
    world.loader.ask = lambda _: answers.pop(0) if answers else []
    world.look()
    assert list(world.loader.now.table.items.place) == ["new"]
    assert world.loader.added_at == 5
    release_items(world, "day-1")
    world.look()
    assert set(world.loader.now.table.items.place) == {"v1", "v2", "v3", "new"}
    world.loader.entries["v1"] = ("v1", clip("v1"))
    release_items(world, "day-2")
    world.look()
    assert "v1" not in world.loader.entries


def added(*names: str) -> list[Any]:
    """As the cache answers, oldest first."""
    text = '{{"at":1,"id":"{}","language":"","ms":1000,"owner":"zoe","region":"","tags":["cats"]}}'
    return [part for at, name in enumerate(names) for part in (text.format(name).encode(), str(at + 1).encode())]


def test_a_table_with_newcomers_takes_over_what_is_known_of_the_catalogue(world: World) -> None:
    registry.release(world.place, tiny_version.written(world.place))
    release_items(world, "day-1")
    world.loader.ask = lambda _: added("new-1")
    world.look()
    before = world.loader.now
    world.loader.rebuilt_at = float("-inf")
    world.loader.ask = lambda _: added("new-1", "new-2")
    world.look()
    after = world.loader.now
    assert len(after.table) == len(before.table) + 1
    assert after.table.base is before.table.base is world.loader.base
    assert after.table.clip(0) is before.table.clip(0), "nothing of the catalogue is looked up again"
    assert after.encoder is not None
    assert before.encoder is not None
    assert after.encoder.before is before.encoder.before is not None
    release_items(world, "day-2")
    world.look()
    assert world.loader.now.table.base is world.loader.base is not after.table.base
    assert world.loader.now.encoder is not None
    assert world.loader.now.encoder.before is not after.encoder.before


def test_however_many_clips_come_a_table_stays_for_some_seconds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    release_items(world, "day-1")
    world.look()
    monkeypatch.setattr(artefacts, "REBUILD_SECONDS", 3600)
    for number in range(3):
        world.loader.ask = lambda _, number=number: added(*(f"new-{n}" for n in range(number + 1)))
        world.look()
    assert len(world.loader.now.table) == len(CLIPS["video_id"])
    monkeypatch.setattr(artefacts, "REBUILD_SECONDS", 0)
    world.loader.ask = world.ask  # the cache is away by now
    world.look()
    assert len(world.loader.now.table) == len(CLIPS["video_id"]) + 3, "nothing is lost meanwhile"
    table = world.loader.now.table
    world.look()
    assert world.loader.now.table is table, "nothing came"


def test_a_newcomer_that_the_catalogue_has_makes_no_table_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest entries come again with each look, of a quiet stage all night."""
    monkeypatch.setattr(artefacts, "REBUILD_SECONDS", 0)
    gone = [b'{"gone":true,"id":"v1"}', b"2"]
    world.loader.ask = lambda _: added("v1")
    release_items(world, "day-1")
    world.look()
    table = world.loader.now.table
    for _ in range(2):
        world.look()
        assert world.loader.now.table is table
    world.loader.ask = lambda _: gone
    world.look()
    assert not world.loader.now.table.alive[world.loader.now.table.items.place["v1"]]
    world.loader.ask = lambda _: added("v1")
    world.look()
    assert world.loader.now.table.alive.all(), "it is there again"


def test_lists_are_read_once_for_each_day(world: World) -> None:
    content = {"version": 1, "region": "world", "hot": [], "rising": [], "languages": {}, "tastes": {}}

    def release(day: str) -> None:
        world.place.write(f"lists/{day}/world.json", json.dumps(content | {"hot": [day]}).encode())
        pointer = {"version": 1, "made": day, "regions": []}
        world.place.write("lists/current.json", json.dumps(pointer).encode())

    release("2026-11-28")
    world.look()
    lists = world.loader.now.world
    world.look()
    assert world.loader.now.world is lists is not None
    world.fails = {"2026-11-29/world.json": ConnectionError("away")}
    release("2026-11-29")
    world.look()
    assert world.loader.now.world is lists
    world.fails = {}
    world.look()
    assert world.loader.now.world is not None
    assert world.loader.now.world.hot == ("2026-11-29",)
