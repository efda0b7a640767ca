"""The commands that train and measure; neither releases anything.

`train` writes a version and its report, or is refused where rows are too few. `evaluate` measures it again, beside the
version that is in service now.
"""

import argparse
import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

from jobs.ranker import card, items_writer, pipeline, reading, registry, retention, settings
from jobs.ranker.places import Place
from jobs.ranker.rows import TooFewRows
from reelstack.feed import rank_model

REFUSED = 1


def train(place: Place, given: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    chosen = _settings(given)
    try:
        read = reading.training(place, given.day, given.days)
        whole = read.rows, read.days
        parts = pipeline.split(*whole, given.day, read.other_versions)
    except TooFewRows as error:
        service = registry.in_service(place)
        # No `promote` follows that would do it: what is old is forgotten on days without a version, too.
        return REFUSED, {"in_service": service, "refused": [str(error)], "deleted": retention.forget(place, given.day)}
    trained = pipeline.train(parts, chosen)
    report = pipeline.report(trained, parts, whole, chosen)
    report["rows"]["other_versions"] = read.other_versions
    files = pipeline.files(trained)
    files[registry.CARD] = card.write(given.day, report, chosen).encode()
    version = registry.write(place, given.day, files, pipeline.about(trained, chosen, pipeline.means(report)))
    report["service"] = _beside_service(place, version, parts.day)
    place.write(f"rank/{version}/{registry.REPORT}", registry.as_json(report))
    clips = reading.clips(place, given.day)
    if clips is not None:
        vectors = items_writer.vectors(
            trained.fitted.shape, trained.fitted.parameters, trained.fitted.vocabulary, clips
        )
        # As the feed will load it, and as of the middle of the day that it is to serve.
        appeal = items_writer.appeal(rank_model.load(place.read, version), clips, _noon_after(given.day))
        place.write(f"items/{version}.npz", items_writer.pack(version, clips, vectors, appeal))
    finish = report["heads"]["finish"]
    return 0, {"version": version, "auc": finish["auc"], "items": clips is not None, "epochs": report["epochs"]}


def _noon_after(day: str) -> int:
    """Unix milliseconds."""
    noon = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00") + datetime.timedelta(days=1)
    return int(noon.timestamp() * 1000)


def evaluate(place: Place, given: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    key = f"rank/{given.version}/{registry.REPORT}"
    report = json.loads(place.read(key))
    day = json.loads(place.read(f"rank/{given.version}/{rank_model.MANIFEST}"))["day"]
    report["service"] = _beside_service(place, given.version, reading.training(place, day, 1).rows)
    place.write(key, registry.as_json(report))
    return 0, report


def _beside_service(place: Place, version: str, rows: Any) -> dict[str, Any] | None:
    """None before the first release. A version that the feed refuses, too, is nothing to be measured beside."""
    service = registry.service(place)
    if service is None:
        return None
    if service.model is None:
        return {"version": service.version, "refused": service.refused}
    return pipeline.against_service(rank_model.load(place.read, version), service.model, rows)


def _settings(given: argparse.Namespace) -> settings.Settings:
    path: Path | None = given.settings
    chosen = settings.read(path.read_text()) if path else settings.Settings()
    return dataclasses.replace(chosen, fitting=dataclasses.replace(chosen.fitting, seed=given.seed))
