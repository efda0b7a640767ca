"""The ranker as the feed loads it: a version of rank/, checked, and what it predicts for candidates of one viewer.

Files of a version: manifest.json (formats, heads, weights, SHA-256 of the others), model.onnx (the graph, calibration
included), table.npy (rows of the embedding table) and vocabulary.json. Rows of the table are gathered here, outside the
graph, which is therefore small and does not grow with the catalogue. A version whose checksum, format, features or
heads are not known is refused (RankModelRefused); the feed then goes on with the model that it has.
"""

import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from reelstack.feed import features
from reelstack.feed.rank_vocabulary import FIELDS, TAGS_OF_A_ROW, Encoded, Vocabulary, of_text

FORMAT = 1
POINTER = "rank/current.json"
MANIFEST = "manifest.json"
FILES = ("model.onnx", "table.npy", "vocabulary.json")
HEADS = ("finish", "watch_time", "like", "comment", "share", "follow", "fast_skip", "hide", "report")
"""Predictions, in the order of the model's output. `watch_time` is a quantile among clips of the same length, the
others are probabilities."""
HARMS = ("fast_skip", "hide", "report")
INPUTS, OUTPUT = ("fields", "history", "present"), "predictions"

Numbers = NDArray[np.float32]
Read = Callable[[str], bytes]
"""The content of a key of the bucket `data`. What it raises when there is none is handed on."""


class RankModelRefused(ValueError):
    """A version of the ranker is damaged, or of a format this code does not know."""


@dataclass(frozen=True)
class Candidates:
    """Of each candidate what the ranker looks up, and its features (features.columns)."""

    video_ids: Sequence[str]
    owner_ids: Sequence[str]
    tags: Sequence[Sequence[str]]
    languages: Sequence[str]
    regions: Sequence[str]
    texts: Sequence[str]
    features: NDArray[Any]


@dataclass(frozen=True)
class Gathered:
    fields: Numbers
    history: Numbers
    present: Numbers


@dataclass(frozen=True)
class RankModel:
    version: str
    weights: Mapping[str, float]
    vocabulary: Vocabulary
    table: Numbers
    session: onnxruntime.InferenceSession
    means: Mapping[str, float] = field(default_factory=dict)
    """Head -> what it predicted on average of the day that the version was measured on. Older versions do not say."""

    def predict(self, viewer_id: str, history: Sequence[str], candidates: Candidates) -> Numbers:
        """[candidates, HEADS]. `history` are the video ids that the viewer watched last, newest first."""
        if not len(candidates.video_ids):
            return np.zeros((0, len(HEADS)), dtype=np.float32)
        return self.predict_rows(self.encode(viewer_id, history, candidates))

    def predict_rows(self, rows: Encoded) -> Numbers:
        """The same of at least one candidate, whose rows of the table are known."""
        given = gather(self.table, rows)
        named = {"fields": given.fields, "history": given.history, "present": given.present}
        found: Numbers = self.session.run([OUTPUT], named)[0]
        return found

    def value(self, predictions: Numbers, factors: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """What the feed orders by: Σ weight · factor · prediction; harms have weights of at most 0."""
        of_heads = np.array([self.weights[head] * (factors or {}).get(head, 1.0) for head in HEADS])
        found: NDArray[np.float64] = predictions.astype(np.float64) @ of_heads
        return found

    def viewer_vector(self, history: Sequence[str]) -> Numbers:
        """What vectors of items of this version are compared with, by inner product; zeros if no clip is known."""
        rows = self.vocabulary.bags_of("video", [list(history)], features.HISTORY)
        vector: Numbers = _mean_row(self.table, rows)[0, :-1]
        return vector

    def encode(self, viewer_id: str, history: Sequence[str], candidates: Candidates) -> Encoded:
        """Rows of the table; the history once, for all candidates."""
        count, known = len(candidates.video_ids), self.vocabulary
        columns = ([viewer_id] * count, candidates.video_ids, candidates.owner_ids)
        ids = [
            known.rows_of(name, values)
            for name, values in zip(FIELDS, (*columns, candidates.languages, candidates.regions), strict=True)
        ]
        return Encoded(
            single=np.concatenate([np.stack(ids, axis=1), known.feature_rows(candidates.features)], axis=1),
            tags=known.bags_of("tag", candidates.tags, TAGS_OF_A_ROW),
            texts=known.text_rows(candidates.texts),
            history=known.bags_of("video", [list(history)], features.HISTORY),
        )


def gather(table: Numbers, rows: Encoded) -> Gathered:
    """What the graph is given: rows of the table, and the mean row of each bag."""
    bags = (rows.tags, rows.texts)
    places = np.zeros((len(rows.single), len(bags)), dtype=rows.single.dtype)
    # In one piece, since half of the work is its memory; indexing takes twice as long as `take`.
    fields = table.take(np.concatenate([rows.single, places], axis=1), axis=0)
    for place, bag in enumerate(bags, rows.single.shape[1]):
        fields[:, place] = _mean_row(table, bag)
    present = (rows.history >= 0).astype(np.float32)
    return Gathered(fields, table[np.maximum(rows.history, 0), :-1], present)


def current_version(read: Read) -> str:
    """The version in service. Raises RankModelRefused if the pointer is of another format."""
    pointer = _json(read(POINTER), POINTER)
    if pointer.get("format") != FORMAT or not isinstance(pointer.get("version"), str):
        raise RankModelRefused(f"{POINTER} has format {pointer.get('format')!r}, not {FORMAT}")
    return str(pointer["version"])


def load(read: Read, version: str) -> RankModel:
    """Raises RankModelRefused."""
    manifest = check_manifest(_json(read(f"rank/{version}/{MANIFEST}"), MANIFEST), version)
    contents = {}
    for name in FILES:
        contents[name] = read(f"rank/{version}/{name}")
        if hashlib.sha256(contents[name]).hexdigest() != manifest["sha256"].get(name):
            raise RankModelRefused(f"rank/{version}/{name} is not the file that its manifest names")
    try:
        # Each file is forgotten once it is read: they are as large as what is made of them.
        table = np.lib.format.read_array(io.BytesIO(contents.pop("table.npy")), allow_pickle=False)
        vocabulary = of_text(contents.pop("vocabulary.json").decode())
        fits = table.dtype == np.float32 and table.shape == (vocabulary.starts["end"], manifest["dimensions"] + 1)
    except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, MemoryError) as error:
        raise RankModelRefused(f"rank/{version}: {error!r}") from error
    if not fits:
        raise RankModelRefused(f"rank/{version}/table.npy does not fit its vocabulary")
    if not np.isfinite(table).all():
        raise RankModelRefused(f"rank/{version}/table.npy holds what is no number")
    session = _session(contents["model.onnx"], version)
    return RankModel(version, manifest["weights"], vocabulary, table, session, _means(manifest))


def check_manifest(manifest: Mapping[str, Any], version: str) -> Mapping[str, Any]:
    """Raises RankModelRefused."""
    expected = {"format": FORMAT, "version": version, "features": features.VERSION, "heads": list(HEADS)}
    for name, value in expected.items():
        if manifest.get(name) != value:
            raise RankModelRefused(f"rank/{version} has {name} {manifest.get(name)!r}, not {value!r}")
    weights = manifest.get("weights")
    if not isinstance(weights, dict) or set(weights) != set(HEADS) or not _are_fit(weights):
        raise RankModelRefused(f"rank/{version} has weights {weights!r}")
    if not isinstance(manifest.get("sha256"), dict) or not isinstance(manifest.get("dimensions"), int):
        raise RankModelRefused(f"rank/{version} has no checksums, or no dimensions")
    return manifest


def _are_fit(weights: Mapping[str, Any]) -> bool:
    """Numbers, and none that rewards a harm. NaN is less than nothing and greater than nothing."""
    finite = all(isinstance(weight, int | float) and math.isfinite(weight) for weight in weights.values())
    return finite and all(weights[name] <= 0 for name in HARMS)


def _means(manifest: Mapping[str, Any]) -> Mapping[str, float]:
    """For an alarm only: a manifest without usable ones is none to refuse."""
    found = manifest.get("means")
    if not isinstance(found, dict):
        return {}
    return {head: mean for head, mean in found.items() if isinstance(mean, int | float) and math.isfinite(mean)}


def _session(graph: bytes, version: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common class but Exception
        raise RankModelRefused(f"rank/{version}/model.onnx: {error}") from error
    named = ({one.name for one in session.get_inputs()}, {one.name for one in session.get_outputs()})
    if named != (set(INPUTS), {OUTPUT}):
        raise RankModelRefused(f"rank/{version}/model.onnx has inputs and outputs {named}")
    return session


def _mean_row(table: Numbers, rows: NDArray[np.int32]) -> Numbers:
    """Zeros where a bag is empty."""
    known = (rows >= 0).astype(np.float32)
    if not known.any():
        return np.zeros((len(rows), table.shape[1]), dtype=np.float32)
    total = np.matmul(known[:, None], table.take(np.maximum(rows, 0), axis=0))[:, 0]
    mean: Numbers = total / np.maximum(known.sum(axis=1), 1)[:, None]
    return mean


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise RankModelRefused(f"{name} is no JSON") from error
    if not isinstance(found, dict):
        raise RankModelRefused(f"{name} is no JSON object")
    return found
