"""Old versions go; what serves, and what a rollback needs, stays and names nobody."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.ranker import daily, items_writer, main, registry, retention
from jobs.ranker.places import Folder
from reelstack.feed import items, rank_model
from tests.ranker import tiny_version

TODAY = "2026-11-29"
KEPT, OLD = "2026-11-11", "2026-11-10"
NUMBERS = {name: [1, 2] for name in ("duration_ms", "published_at", "exposure", *items.TOTALS)}
WORDS = {"owner_id": ["carl", "dora"], "tags": [[], []], "language": ["de", "de"], "region": ["eu", "eu"]}
CLIPS: dict[str, list[Any]] = {"video_id": ["v1", "v2"], **WORDS, **NUMBERS}
PEOPLE = ("ann", "bob", "carl", "dora")


@pytest.fixture
def place(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def released(place: Folder, day: str, seed: int = 0) -> str:
    version = tiny_version.written(place, seed, day)
    place.write(f"items/{version}.npz", items_writer.pack(version, CLIPS, np.ones((2, 3), dtype=np.float32)))
    registry.release_items(place, version)
    registry.release(place, version)
    return version


def stored(place: Folder) -> set[str]:
    return {key.split("/")[1] for key in place.keys("rank/") if key.count("/") == 2}


def named(place: Folder) -> set[str]:
    """People in any file of the ranker."""
    texts = [place.read(key) for key in place.keys("rank/")]
    texts += [json.dumps(items.unpack(place.read(key)).words).encode() for key in place.keys("items/") if "npz" in key]
    return {one for one in PEOPLE if any(f'"{one}"'.encode() in text for text in texts)}


def test_a_version_is_deleted_after_eighteen_days_released_or_not(place: Folder) -> None:
    first = released(place, OLD)
    refused = tiny_version.written(place, 1, OLD)
    second, third = released(place, KEPT), released(place, TODAY)
    assert retention.forget(place, TODAY) == sorted((first, refused))
    assert registry.pointer(place) == {"format": 1, "version": third, "before": [second]}
    assert {Path(key).stem for key in place.keys("items/")} == {second, third, "current"}
    assert retention.forget(place, TODAY) == []


def test_what_serves_is_never_deleted_but_names_nobody_once_it_is_old(place: Folder) -> None:
    version = released(place, OLD)
    before = rank_model.load(place.read, version)
    assert named(place) == set(PEOPLE)
    assert retention.forget(place, TODAY) == [version]
    copy = rank_model.current_version(place.read)
    found = rank_model.load(place.read, copy)
    assert named(place) == set()
    assert copy[:10] == OLD
    assert np.array_equal(found.table, before.table)
    assert found.vocabulary.rows_of("video", ["v2"]) == before.vocabulary.rows_of("video", ["v2"])
    assert found.vocabulary.rows_of("viewer", ["ann", ""]).tolist() == [0, 0]
    catalogue = items.load(place.read)
    assert (catalogue.version, len(set(catalogue.words["owner"]))) == (copy, 2)
    assert retention.forget(place, "2027-11-29") == []


def test_a_rollback_right_after_a_long_refusal_still_has_where_to_go(place: Folder) -> None:
    released(place, OLD)
    released(place, TODAY, 1)
    retention.forget(place, TODAY)
    assert main.main(["rollback", "--data", str(place.root)]) == 0
    version = rank_model.current_version(place.read)
    assert version[:10] == OLD
    assert items.load(place.read).version == version
    rank_model.load(place.read, version)


def test_an_old_version_that_the_feed_would_refuse_is_no_place_to_go_back_to(place: Folder) -> None:
    old, now = released(place, OLD), released(place, TODAY, 1)
    place.write(f"rank/{old}/table.npy", b"damaged")
    assert retention.forget(place, TODAY) == [old]
    assert registry.pointer(place) == {"format": 1, "version": now, "before": []}


def test_items_in_service_stay_when_later_versions_have_none(place: Folder) -> None:
    with_items = released(place, KEPT)
    for seed in (1, 2):
        registry.release(place, tiny_version.written(place, seed, TODAY))
    retention.forget(place, "2026-12-17")
    assert items.load(place.read).version != with_items
    assert items.load(place.read).version[:10] == KEPT
    assert named(place) == {"ann", "bob", "carl"}  # of the two that are not old


def test_a_run_that_broke_off_is_finished_by_the_next(place: Folder) -> None:
    class Broken(Folder):
        def delete(self, key: str) -> None:
            raise OSError(key)

    released(place, OLD)
    released(place, KEPT, 1)
    with pytest.raises(OSError, match="rank"):
        retention.forget(Broken(place.root), TODAY)
    rank_model.load(place.read, rank_model.current_version(place.read))
    retention.forget(place, TODAY)
    assert len(stored(place)) == 2


def test_the_daily_run_fails_from_the_day_on_that_what_serves_names_nobody() -> None:
    assert daily.KEPT_DAYS == retention.KEPT_DAYS
