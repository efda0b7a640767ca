"""Memory of a process of the feed that holds two rankers: that in service, and the one that an arm names.

    python -m bench._feed_memory FOLDER VIEWERS     (a bucket `data` with a ranker, a catalogue and lists)

`measured` is for bench feed_memory. The process measured loads what the function loads, then the arm's ranker beside
it, then the next night's catalogue and ranker. Each ranker knows VIEWERS viewers besides, by ids as long as real ones.
"""

import hashlib
import io
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
VERSIONS = ("2026-01-01-00000000000a", "2026-01-01-00000000000b", "2026-01-02-00000000000c")
"""In service, of an arm, and of the next night."""
SCORED, HISTORY, ROUNDS = 500, 50, 30
NOWHERE = "valkey://127.0.0.1:1"


def measured(folder: Path, viewers: int) -> list[dict[str, Any]]:
    with _grown(folder, viewers) as data:
        command = [sys.executable, "-m", "bench._feed_memory", str(data)]
        said = subprocess.run(command, cwd=ROOT, check=True, timeout=300, stdout=subprocess.PIPE).stdout
    return [{"viewers": viewers, **row} for row in json.loads(said)]


@contextmanager
def _grown(folder: Path, viewers: int) -> Iterator[Path]:
    """The folder's ranker with viewers, in each of VERSIONS."""
    from reelstack.feed import rank_model, rank_vocabulary

    (version,) = {path.parent.name for path in folder.glob(f"rank/*/{rank_model.MANIFEST}")}
    known = {
        name: (folder / f"rank/{version}/{name}").read_bytes() for name in (*rank_model.FILES, rank_model.MANIFEST)
    }
    words = rank_vocabulary.of_text(known["vocabulary.json"].decode())
    names = tuple(str(uuid.UUID(int=number * 2**64 + 7)) for number in range(viewers))
    more = replace(words, fields=(names, *words.fields[1:]))
    table = np.load(io.BytesIO(known["table.npy"]))
    grown = np.resize(table, (more.starts["end"], table.shape[1]))
    content = io.BytesIO()
    np.save(content, grown)
    files = {**known, "table.npy": content.getvalue(), "vocabulary.json": more.as_text().encode()}
    with TemporaryDirectory(prefix="reelstack-memory-") as made:
        data = Path(made)
        (data / "lists").symlink_to((folder / "lists").resolve())
        (data / "items").symlink_to((folder / "items").resolve())
        sums = {name: hashlib.sha256(files[name]).hexdigest() for name in rank_model.FILES}
        for one in VERSIONS:
            (data / f"rank/{one}").mkdir(parents=True)
            about = {**json.loads(known[rank_model.MANIFEST]), "version": one, "sha256": sums}
            files[rank_model.MANIFEST] = json.dumps(about).encode()
            for name, text in files.items():
                (data / f"rank/{one}/{name}").write_bytes(text)
        yield data


def main(data: Path) -> list[dict[str, Any]]:
    from bench import _feed_world

    _feed_world._set_environment(NOWHERE, "")
    from functions.feed.api.handler import handler  # noqa: F401  # what the function imports
    from reelstack.feed import artefacts, rank_model

    pointers = {rank_model.POINTER: json.dumps({"format": rank_model.FORMAT, "version": VERSIONS[0]}).encode()}
    loader = artefacts.Loader(lambda key: pointers.get(key) or (data / key).read_bytes(), lambda _: [])
    rows = [_row("imports")]
    rows.append(_look(loader, "a catalogue and one ranker"))
    loader.named = lambda: [VERSIONS[1]]
    rows.append(_look(loader, "a second ranker, of an arm"))
    assert loader.now.of_arm
    pointers[rank_model.POINTER] = json.dumps({"format": rank_model.FORMAT, "version": VERSIONS[2]}).encode()
    loader.catalogue_version = "the night's before"
    loader.looked_at = float("-inf")
    rows.append(_look(loader, "the next night's catalogue and ranker"))
    assert loader.now.encoder
    assert loader.now.encoder.model.version == VERSIONS[2]
    loader.named = list
    rows.append(_look(loader, "without the arm"))
    return rows


def _look(loader: Any, what: str) -> dict[str, Any]:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    began = time.process_time()
    loader.look()
    spent = time.process_time() - began
    scored = [_scored_ms(one) for one in (loader.now.encoder, loader.now.of_arm) if one]
    return {**_row(what), "cpu_s": round(spent, 2), "scoring_cpu_ms": scored}


def _scored_ms(encoder: Any) -> float:
    """CPU of the ranker's part of an answer of 500 candidates, whose features are there."""
    rows, history = np.arange(SCORED), [one.decode() for one in encoder.table.items.ids[:HISTORY]]
    buckets, times = np.zeros((SCORED, len(encoder.model.vocabulary.sizes)), dtype=np.int16), []
    for _ in range(ROUNDS):
        began = time.thread_time()
        encoder.model.value(encoder.model.predict_rows(encoder.encode("nobody", history, rows, buckets)))
        times.append((time.thread_time() - began) * 1000)
    return round(float(np.median(times)), 1)


def _row(what: str) -> dict[str, Any]:
    said = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    resident, peak = (int(said[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM"))
    return {"what": what, "resident_mb": resident, "peak_mb": peak}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
