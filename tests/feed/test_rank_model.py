import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.ranker import registry
from jobs.ranker.places import Folder
from jobs.ranker.settings import DEFAULT_WEIGHTS
from reelstack.feed import features, rank_model
from reelstack.feed.rank_model import Candidates, RankModelRefused
from tests.ranker import tiny_version


@pytest.fixture
def place(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def candidates(count: int) -> Candidates:
    return Candidates(
        video_ids=[f"v{number % 3}" for number in range(count)],
        owner_ids=["carl"] * count,
        tags=[["cats", "unheard"]] * count,
        languages=["de"] * count,
        regions=["eu"] * count,
        texts=["a title"] * count,
        features=np.zeros((count, len(features.FEATURES)), dtype=np.int16),
    )


def test_version_in_service_scores_candidates_and_orders_by_value(place: Folder) -> None:
    registry.release(place, tiny_version.written(place))
    model = rank_model.load(place.read, rank_model.current_version(place.read))
    predicted = model.predict("ann", ["v1", "unheard"], candidates(500))
    assert predicted.shape == (500, len(rank_model.HEADS))
    assert ((predicted > 0) & (predicted < 1)).all()
    assert model.value(predicted).shape == (500,)
    assert model.predict("ann", [], candidates(0)).shape == (0, len(rank_model.HEADS))


def test_unknown_viewer_and_video_have_the_rows_of_the_unknown(place: Folder) -> None:
    model = rank_model.load(place.read, tiny_version.written(place))
    rows = model.encode("stranger", ["v2"], dataclasses.replace(candidates(1), video_ids=["new"]))
    starts = model.vocabulary.starts
    assert rows.single[0, :2].tolist() == [starts["viewer"], starts["video"]]
    assert rows.history[0, :2].tolist() == [starts["video"] + 2, -1]
    assert rows.tags[0, :2].tolist() == [starts["tag"] + 1, -1]


def test_greater_predicted_harm_lowers_the_value(place: Folder) -> None:
    model = rank_model.load(place.read, tiny_version.written(place))
    even = np.full((1, len(rank_model.HEADS)), 0.5)
    for harm in rank_model.HARMS:
        worse = even.copy()
        worse[0, rank_model.HEADS.index(harm)] = 0.6
        assert model.value(worse)[0] < model.value(even)[0]


def test_viewer_vector_is_the_mean_of_known_watched_clips(place: Folder) -> None:
    model = rank_model.load(place.read, tiny_version.written(place))
    start = model.vocabulary.starts["video"]
    assert np.allclose(
        model.viewer_vector(["v1", "unheard", "v2"]), model.table[start + 1 : start + 3, :-1].mean(axis=0)
    )
    assert not model.viewer_vector(["unheard"]).any()


@pytest.mark.parametrize("name", rank_model.FILES)
def test_changed_file_is_refused(place: Folder, name: str) -> None:
    version = tiny_version.written(place)
    place.write(f"rank/{version}/{name}", place.read(f"rank/{version}/{name}") + b" ")
    with pytest.raises(RankModelRefused, match=name):
        rank_model.load(place.read, version)


@pytest.mark.parametrize(
    ("member", "value"),
    [("format", 2), ("features", features.VERSION + 1), ("heads", ["finish"]), ("version", "other")],
)
def test_manifest_of_another_format_is_refused(place: Folder, member: str, value: object) -> None:
    version = tiny_version.written(place)
    key = f"rank/{version}/{rank_model.MANIFEST}"
    place.write(key, json.dumps({**json.loads(place.read(key)), member: value}).encode())
    with pytest.raises(RankModelRefused, match=member):
        rank_model.load(place.read, version)


def test_rewarded_harm_is_refused(place: Folder) -> None:
    version = tiny_version.written(place)
    key = f"rank/{version}/{rank_model.MANIFEST}"
    manifest = json.loads(place.read(key))
    manifest["weights"]["hide"] = 1.0
    place.write(key, json.dumps(manifest).encode())
    with pytest.raises(RankModelRefused, match="weights"):
        rank_model.load(place.read, version)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {**DEFAULT_WEIGHTS, "hide": float("nan")}},
        {"weights": {**DEFAULT_WEIGHTS, "finish": float("inf")}},
        {"weights": {**DEFAULT_WEIGHTS, "like": "1"}},
        {"sha256": None},
        {"dimensions": None},
    ],
)
def test_manifest_with_members_of_another_form_is_refused(place: Folder, change: dict[str, Any]) -> None:
    version = tiny_version.written(place)
    key = f"rank/{version}/{rank_model.MANIFEST}"
    place.write(key, json.dumps({**json.loads(place.read(key)), **change}).encode())
    with pytest.raises(RankModelRefused):
        rank_model.load(place.read, version)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.npy", b""),
        ("table.npy", b"PK\x03\x04"),
        ("table.npy", tiny_version.files()["table.npy"][:-5]),
        ("table.npy", tiny_version.files()["table.npy"].replace(b"1024", b"9**9")),
        ("table.npy", tiny_version.files()["table.npy"][:-4] + np.float32("nan").tobytes()),
        ("vocabulary.json", b"[]"),
        (
            "vocabulary.json",
            tiny_version.VOCABULARY.as_text().replace('"text_buckets": 16', '"text_buckets": 0').encode(),
        ),
        ("model.onnx", b""),
        ("model.onnx", tiny_version.graph().replace(b"history", b"hystory")),
    ],
)
def test_version_whose_files_are_not_what_they_should_be_is_refused(place: Folder, name: str, content: bytes) -> None:
    """Its checksums are right: the training wrote it so."""
    files = {**tiny_version.files(), name: content}
    about = {"dimensions": tiny_version.WIDTH, "weights": dict(DEFAULT_WEIGHTS)}
    version = registry.write(place, "2026-11-29", files, about)
    with pytest.raises(RankModelRefused):
        rank_model.load(place.read, version)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"format": 9, "version": "x"}', b'{"format": 1}'])
def test_unknown_pointer_is_refused(place: Folder, content: bytes) -> None:
    place.write(rank_model.POINTER, content)
    with pytest.raises(RankModelRefused):
        rank_model.current_version(place.read)
