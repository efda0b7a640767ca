import hashlib
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.ranker import items_writer, registry
from jobs.ranker.places import Folder
from reelstack.feed import items
from reelstack.feed.features import ClipState, Totals
from reelstack.feed.items import ItemsRefused

CLIPS: dict[str, list[Any]] = {
    "video_id": ["v1", "v2", "v3"],
    "owner_id": ["ann", "bob", "ann"],
    "tags": [["cats", "fun"], [], ["cats"]],
    "language": ["de", None, "fr"],
    "region": ["eu", "", "us"],
    "duration_ms": [1000, 2000, 3000],
    "published_at": [1795420800000, 0, 5],
    "exposure": [7, 0, 2**40],
    "plays": [5, 0, 1],
    "finishes": [4, 0, 0],
    "fast_skips": [1, 0, 0],
    "likes": [2, -1, 0],
    "hides": [0, 0, 1],
}
VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)
APPEAL = np.array([0.5, -1, 0.25])


def packed() -> bytes:
    return items_writer.pack("day-1", CLIPS, VECTORS, APPEAL)


def changed(**arrays: Any) -> bytes:
    with np.load(io.BytesIO(packed())) as archive:
        kept = {name: archive[name] for name in archive.files}
    file = io.BytesIO()
    np.savez(file, **{**kept, **arrays})
    return file.getvalue()


def test_written_clips_are_read_again() -> None:
    found = items.unpack(packed())
    assert found.version == "day-1"
    assert found.place == {"v1": 0, "v2": 1, "v3": 2}
    assert np.array_equal(found.vectors, VECTORS)
    assert found.clip(0) == ClipState(
        "v1", "ann", ("cats", "fun"), "de", "eu", 1000, 1795420800000, Totals(5, 4, 1, 2, 0)
    )
    assert [found.tags(row) for row in range(3)] == [("cats", "fun"), (), ("cats",)]
    assert found.arrays["exposure"].tolist() == [7, 0, 2**32 - 1]
    assert found.arrays["appeal"].tolist() == APPEAL.tolist()


def test_an_archive_without_appeal_is_read() -> None:
    found = items.unpack(items_writer.pack("day-1", CLIPS, VECTORS))
    assert "appeal" not in found.arrays
    assert len(items.joined(found, [found.clip(0)])) == 4


def test_same_clips_give_the_same_bytes() -> None:
    assert packed() == packed()


def test_no_clip_at_all_is_a_catalogue() -> None:
    empty = items_writer.pack("none", {name: [] for name in CLIPS}, np.zeros((0, 4)))
    assert len(items.unpack(empty)) == 0


def test_hundred_thousand_clips_take_less_than_40_megabytes() -> None:
    count = 5_000
    clips: dict[str, Any] = {name: [0] * count for name in CLIPS}
    random = np.random.default_rng(0)
    clips["video_id"] = [random.bytes(16).hex() for _ in range(count)]
    clips["owner_id"] = [random.bytes(16).hex() for _ in range(count)]
    clips["tags"] = [[f"tag{number}" for number in random.integers(0, 9999, 8)] for _ in range(count)]
    clips |= {"language": ["de"] * count, "region": ["eu"] * count}
    found = items_writer.pack("many", clips, random.normal(size=(count, 32)))
    assert len(found) * 100_000 / count < 40e6
    read = items.unpack(found)
    in_memory = read.ids.nbytes + sum(array.nbytes for array in read.arrays.values())
    assert in_memory * 100_000 / count < 40e6


@pytest.mark.parametrize(
    "arrays",
    [
        {"about": np.frombuffer(b'{"format": 2, "version": "x"}', dtype=np.uint8)},
        {"vectors": np.full((3, 4), np.nan, dtype=np.float16)},
        {"vectors": np.zeros((3, 4), dtype=np.float32)},
        {"appeal": np.array([1, np.nan, 0], dtype=np.float32)},
        {"appeal": np.zeros((3, 1), dtype=np.float32)},
        {"duration_ms": np.zeros(2, dtype=np.uint32)},
        {"owner": np.full(3, 9, dtype=np.uint32)},
        {"tag_ends": np.array([2, 1, 3], dtype=np.uint32)},
        {"more": np.zeros(3)},
        {"about": np.frombuffer(b"[]", dtype=np.uint8)},
        {"about": np.frombuffer(b'{"format": 1}', dtype=np.uint8)},
        {"words": np.frombuffer(b"5", dtype=np.uint8)},
        {"words": np.frombuffer(b'{"owner": 1, "tag": 2, "language": 3, "region": 4}', dtype=np.uint8)},
        {"ids": np.arange(3)},
        {"ids": np.array(b"v1")},
        {"vectors": np.array(1, dtype=np.float16)},
        {"tag": np.array(1, dtype=np.uint32)},
    ],
)
def test_archive_that_is_not_understood_is_refused(arrays: dict[str, Any]) -> None:
    with pytest.raises(ItemsRefused):
        items.unpack(changed(**arrays))


@pytest.mark.parametrize("at", range(0, len(packed()), 97))
def test_archive_with_a_changed_byte_is_refused_or_read(at: int) -> None:
    whole = bytearray(packed())
    whole[at] ^= 0xFF
    for content in (bytes(whole), packed()[:at]):
        with suppress(ItemsRefused):
            items.unpack(content)


def test_damaged_archive_is_refused() -> None:
    with pytest.raises(ItemsRefused):
        items.unpack(packed()[:200])


def test_pointer_names_the_archive_by_its_checksum(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    place.write("items/day-1.npz", packed())
    registry.release_items(place, "day-1")
    assert len(items.load(place.read)) == 3
    place.write("items/day-1.npz", packed() + b" ")
    with pytest.raises(ItemsRefused, match="not the file"):
        items.load(place.read)
    digest = hashlib.sha256(packed()).hexdigest()
    place.write(items.POINTER, json.dumps({"format": 9, "version": "day-1", "sha256": digest}).encode())
    with pytest.raises(ItemsRefused, match="format 9"):
        items.load(place.read)
