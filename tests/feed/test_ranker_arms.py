"""Arms of an experiment that name a ranker: it scores their pages, alone or in turn with the one in service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from valkey import Valkey

from jobs.ranker import registry
from jobs.ranker.places import Folder, Place
from reelstack.behavior import receipts
from reelstack.cards import answers
from reelstack.experiments import configuration
from reelstack.experiments.configuration import Reader
from reelstack.experiments.layers import Arm, Experiments, Layer
from reelstack.feed import artefacts, candidates, rank_model, ranked_page, variations
from reelstack.feed.candidates import Wanted
from reelstack.feed.filters import Excluded
from reelstack.feed.item_table import ItemTable
from reelstack.feed.ranked_page import Choice, Setting, Viewer
from reelstack.feed.table_encoder import TableEncoder
from reelstack.feed.trace import Trace
from reelstack.feed.variations import Variation
from reelstack.feed.viewer_context import Asker, ViewerContext
from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config, config
from tests.experiments.appconfig import STAGE, AppConfig
from tests.feed import catalogues
from tests.feed.catalogues import NOW
from tests.feed.test_artefacts import World, release_items
from tests.feed.test_pages import publish
from tests.ranker import tiny_version

SOURCES = [one for one in candidates.QUOTAS if one != "viewers"]
LIMIT = 20


class Bucket(Folder):
    """The bucket `data` as the jobs write it."""

    def write(self, key: str, content: bytes) -> None:
        storage.write("data", key, content, "application/octet-stream", storage.NEVER)


@pytest.fixture
def table() -> ItemTable:
    return catalogues.newcomers(*catalogues.crowd(200))


@pytest.fixture
def rankers(tmp_path: Path, table: ItemTable) -> list[TableEncoder]:
    place = Folder(tmp_path)
    versions = [tiny_version.written(place, seed=seed, day=f"2026-11-2{seed}") for seed in range(2)]
    return [TableEncoder(rank_model.load(place.read, version), table).prepare() for version in versions]


def page(table: ItemTable, rankers: list[TableEncoder | None], seed: int = 1, **varied: Any) -> list[Choice]:
    viewer = Viewer(ViewerContext(Asker("bob")), Wanted(now_ms=NOW), Excluded("bob"), {}, {})
    serving, of_arm = rankers
    setting = Setting(table, serving, None, SOURCES, variation=Variation("", **varied), of_arm=of_arm)
    return ranked_page.plan(setting, viewer, LIMIT, NOW, np.random.default_rng(seed), Trace())


def ids(choices: list[Choice]) -> list[str]:
    return [one.video_id for one in choices if not one.explores]


def test_a_page_of_two_rankers_is_drafted_and_each_clip_says_by_whom(table: ItemTable, rankers: Any) -> None:
    alone = [page(table, [ranker, None]) for ranker in rankers]
    assert {one.team for one in alone[0]} == {""}
    both = page(table, rankers, interleaves=True)
    assert both == page(table, rankers, interleaves=True), "the same session gives the same page"
    assert both != page(table, rankers, seed=2, interleaves=True)
    assert len(ids(both)) == len(set(ids(both)))
    picked = [one for one in both if not one.explores]
    assert {one.team for one in both if one.explores} <= {""}
    for team, ranker in zip("ab", rankers, strict=True):
        own = [one for one in picked if one.team == team]
        assert abs(2 * len(own) - len(picked)) <= 4, "clips that explore take the place of some"
        assert {one.model for one in own} == {ranker.model.version}
    first_of = [ids(one)[0] for one in alone]
    assert set(first_of) <= set(ids(both)[:3]), "the best of each is among the first"


def test_an_arm_of_one_other_ranker_has_no_teams(table: ItemTable, rankers: Any) -> None:
    other = page(table, rankers, ranker=rankers[1].model.version)
    assert {(one.team, one.model) for one in other} == {("", rankers[1].model.version)}


def test_hand_weights_are_drafted_beside_the_ranker_in_service(table: ItemTable, rankers: Any) -> None:
    both = page(table, [rankers[0], None], hand_weights=True, interleaves=True)
    assert {one.team: bool(one.predictions) for one in both if one.team} == {"a": True, "b": False}
    without = page(table, [None, None], hand_weights=True, interleaves=True)
    assert {one.team for one in without} == {""}, "no ranker is in service: there is nothing to compare"


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path)
    registry.release(found.place, tiny_version.written(found.place))
    release_items(found, "day-1")
    found.look()
    return found


def of_arm(world: World) -> str | None:
    world.loader.look()
    found = world.loader.now.of_arm
    assert found is None or found.table is world.loader.now.table
    return found.model.version if found else None


def test_a_process_loads_one_ranker_of_arms_after_its_first_look(world: World) -> None:
    one, other = (tiny_version.written(world.place, seed=n, day="2026-11-30") for n in (1, 2))
    serving = world.loader.now.model
    assert serving is not None
    new = artefacts.Loader(world.read, world.ask, named=lambda: [serving.version, one, other])
    new.look()
    assert new.now.of_arm is None, "the first answer does not wait for it"
    world.loader.named = lambda: [serving.version, one, other]
    assert of_arm(world) == one
    release_items(world, "day-2")
    world.look()
    assert of_arm(world) == one
    assert set(world.loader.base_encoders) == {serving.version, one}
    world.loader.named = lambda: [other]
    assert of_arm(world) == other
    registry.release(world.place, other)
    world.look()
    assert of_arm(world) is None, "it is in service"
    assert set(world.loader.base_encoders) == {other}, "the one before takes no memory any more"
    world.loader.named = lambda: [one]
    assert of_arm(world) == one
    world.loader.named = list
    assert of_arm(world) is None
    assert set(world.loader.base_encoders) == {other}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_ranker_that_is_missing_or_damaged_leaves_the_one_in_service(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    version = tiny_version.written(world.place, seed=1, day="2026-11-30")
    folder = tmp_path / f"rank/{version}"
    whole = (folder / "table.npy").read_bytes()
    (folder / "table.npy").write_bytes(b"damaged") if is_there else (folder / "table.npy").unlink()
    world.loader.named = lambda: [version]
    assert of_arm(world) is None
    assert world.loader.now.refused == frozenset()
    assert world.loader.now.model is not None
    (folder / "table.npy").write_bytes(whole)
    assert of_arm(world) is None, "it is not read at each look"
    monkeypatch.setattr(artefacts, "TRY_AGAIN_SECONDS", 0)
    assert of_arm(world) == version


def running(version: Any) -> Experiments:
    arms = (
        Arm(name="control", begin=0, end=1),
        Arm(name="mix", begin=1, end=1000, parameters={"version": version, "interleave": True}),
    )
    return Experiments(layers={"ranker": Layer(salt="trial", arms=arms)})


def test_no_arm_names_a_path() -> None:
    version = "2026-11-30-0123456789ab"
    assert variations.rankers(running(version)) == [version]
    assert variations.of(running(version), "ann", "").ranker == version
    for wrong in ("../current", "", version + "/", 7):
        assert variations.rankers(running(wrong)) == []
    layer = running(version).layers["ranker"]
    stopped = layer.model_copy(update={"arms": (layer.arms[0], layer.arms[1].model_copy(update={"stopped": True}))})
    assert variations.rankers(Experiments(layers={"ranker": stopped})) == []


def test_receipts_name_the_team_and_its_ranker(
    aws: Config, cached: Valkey, call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place: Place = Bucket(tmp_path)
    serving, other = (tiny_version.written(place, seed=n) for n in range(2))
    place.write(rank_model.POINTER, registry.as_json({"format": 1, "version": serving, "before": []}))
    source = AppConfig()
    source.versions, source.deployed = [running(other).model_dump_json().encode()], [1]
    reader = Reader(lambda: source, STAGE)
    reader.look()
    monkeypatch.setattr(configuration, "_reader", [reader])
    artefacts.forget()
    for number in range(40):
        publish(f"v{number}", f"o{number}")

    def found() -> set[tuple[str, str]]:
        items = call("feed", "GET", "/v1/feed?limit=20", user="bob", roles=("viewer",)).json["items"]
        shown = [receipts.verified(item["receipt"], "bob", answers.keys(), now_ms()) for item in items]
        # Less has what explores, which no team picked.
        return {(one.policy, one.model) for one in shown if one.propensity > 0.5}

    mix = "ranked-1;ranker=trial/mix"
    assert found() == {(mix, serving)}, "the other one is not loaded yet"
    artefacts._loaders[config().stage].look()
    assert found() == {(f"{mix}+a", serving), (f"{mix}+b", other)}
    artefacts.forget()
