"""A ranker and its catalogue for bench feed: the graph that training exports, with drawn weights that know some sense.

    .venv-ranker/bin/python -m bench._feed_model FOLDER CLIPS WEIGHTS     (JSON: feature -> weight)

Runs in the ranker's environment, which can write the graph. What a score costs does not depend on the weights. For the
quality of candidates a value must mean something: the linear part has the signs of the hand-set weights, and vectors of
clips lie around those of their topics, so that likeness counts.
"""

import io
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench._feed_catalogue import LANGUAGES, OWNERS, REGIONS, SEED, TAGS, TOPICS, catalogue
from jobs.ranker import items_writer, model, onnx_graph, registry
from jobs.ranker.places import Folder
from jobs.ranker.settings import DEFAULT_WEIGHTS, FULL
from reelstack.feed import features, lists, rank_model
from reelstack.feed.rank_vocabulary import FIELDS, Vocabulary

DIMENSIONS = FULL.dimensions
NEAR, SPREAD = 0.05, 0.02
"""Size of a topic's vector in each dimension, and of what a clip differs from it, as after training."""
ALIKE_COUNTS = 20
"""Weight of likeness to what was watched, beside features that weigh 1 or less."""
DAY = "2026-01-01"
LISTED, ALIKE, HOT = 5_000, 20, 60


def main(folder: Path, clips: int, weights: Mapping[str, float]) -> None:
    chance = np.random.default_rng(SEED)
    now = int(time.time() * 1000)
    topic, columns = catalogue(chance, clips, now)
    words = Vocabulary(
        fields=((), tuple(columns["video_id"]), tuple(f"o{n}" for n in range(OWNERS)), LANGUAGES[:-1], REGIONS[:-1]),
        tags=tuple(f"tag{n}" for n in range(TAGS)),
        sizes=tuple(feature.size for feature in features.FEATURES),
        text_buckets=64,
    )
    heads = len(rank_model.HEADS)
    parameters: dict[str, Any] = dict(model.start(FULL, words, heads, 0))
    table = _table(np.array(parameters["table"]), words, topic, chance)
    _weigh(table, words, weights)
    # A taste counts for what is good, and against harms.
    sign = np.array([-1.0 if head in rank_model.HARMS else 1.0 for head in rank_model.HEADS])
    parameters |= {"table": table, "linear": sign, "pairs": sign * ALIKE_COUNTS, "value": np.eye(DIMENSIONS)}
    calibration = np.stack([np.ones(heads), np.ones(heads), np.full(heads, -2.0)], axis=1).astype(np.float32)
    graph = onnx_graph.write(FULL, parameters, len(FIELDS) + len(words.sizes) + model.BAGS, calibration)
    place, content = Folder(folder), io.BytesIO()
    np.save(content, table.astype(np.float32))
    files = {"model.onnx": graph, "table.npy": content.getvalue(), "vocabulary.json": words.as_text().encode()}
    version = registry.write(
        place, DAY, files, {"dimensions": DIMENSIONS, "weights": dict(DEFAULT_WEIGHTS)}
    )  # fmt: skip
    vectors = table[words.rows_of("video", columns["video_id"]), :-1]
    appeal = items_writer.appeal(rank_model.load(place.read, version), columns, now)
    place.write(f"items/{version}.npz", items_writer.pack(version, columns, vectors, appeal))
    write_lists(place, columns, topic, chance)
    registry.release(place, version)
    registry.release_items(place, version)


def write_lists(place: Folder, columns: Mapping[str, Any], topic: "np.ndarray", chance: Any) -> None:
    """As the job `profiles` would: what is similar to the clips that are played most, and what fits each tag."""
    ids, plays = columns["video_id"], columns["plays"]
    of_topic = [np.flatnonzero(topic == one) for one in range(TOPICS)]

    def some(one: int, most: int) -> list[int]:
        return [int(row) for row in chance.choice(of_topic[one], most)]

    def names(rows: Any) -> list[str]:
        return [ids[row] for row in rows]

    known = np.argsort(-plays)[:LISTED]
    content = {
        "version": lists.VERSION,
        "region": lists.WORLD,
        "hot": names(known[:HOT]),
        "rising": names(known[HOT : 2 * HOT]),
        "languages": {language: names(chance.choice(known, HOT)) for language in LANGUAGES if language},
        "tastes": {f"t:tag{n}": names(some(n * TOPICS // TAGS, HOT)) for n in range(TAGS)},
        "clips": ids,
        "similar": {
            ids[row]: [part for one in some(int(topic[row]), ALIKE) for part in (one, 0.5)] for row in map(int, known)
        },
    }
    pointer = {"version": lists.VERSION, "made": DAY, "regions": []}
    place.write(lists.POINTER, json.dumps(pointer).encode())
    place.write(lists.pointer(pointer).path(lists.WORLD), json.dumps(content).encode())


def _table(table: "np.ndarray", words: Vocabulary, topic: "np.ndarray", chance: np.random.Generator) -> "np.ndarray":
    table[:, :-1] = 0  # a pair of fields that nobody trained says nothing
    topics = chance.normal(0, NEAR, (TOPICS, DIMENSIONS))
    first = words.starts["video"] + 1
    table[first : first + len(topic), :-1] = topics[topic] + chance.normal(0, SPREAD, (len(topic), DIMENSIONS))
    return table


def _weigh(table: "np.ndarray", words: Vocabulary, weights: Mapping[str, float]) -> None:
    for index, feature in enumerate(features.FEATURES):
        weight, start = weights.get(feature.name, 0.0), words.starts[f"feature{index}"]
        table[start : start + feature.size, -1] = weight * np.arange(feature.size) / len(feature.edges)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
