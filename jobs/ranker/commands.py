"""The commands of jobs.ranker.main: what each reads, decides and writes.

`train` writes a version and moves no pointer. `evaluate` measures it again beside the version in service. `promote`
moves both pointers if every gate holds. `rollback` moves the ranker's pointer back.
"""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from jobs.ranker import card, gates, items_writer, pipeline, places, reading, registry, settings
from jobs.ranker.places import Missing, Place
from reelstack.feed import items, rank_model

DONE, REFUSED = 0, 1


class Unusable(ValueError):
    """The data or the settings cannot be worked with."""


Answer = tuple[int, dict[str, Any]]


def run(given: argparse.Namespace) -> Answer:
    """Exit code and what is printed. Raises Unusable."""
    place = places.at(given.data)
    commands = {"train": _train, "evaluate": _evaluate, "promote": _promote, "rollback": _rollback}
    refused = (reading.NoRows, pipeline.TooFewRows, settings.SettingRefused, rank_model.RankModelRefused)
    try:
        return commands[given.command](place, given)
    except (*refused, items.ItemsRefused, Missing, OSError) as error:
        raise Unusable(f"{given.command}: {error}") from error


def _train(place: Place, given: argparse.Namespace) -> Answer:
    chosen = _settings(given)
    whole = reading.training(place, given.day, given.days)
    parts = pipeline.split(*whole, given.day)
    trained = pipeline.train(parts, chosen)
    report = pipeline.report(trained, parts, whole, chosen)
    files = pipeline.files(trained)
    files[registry.CARD] = card.write(given.day, report, chosen).encode()
    version = registry.write(place, given.day, files, pipeline.about(trained, chosen))
    report["service"] = _beside_service(place, version, parts.day)
    place.write(f"rank/{version}/{registry.REPORT}", registry.as_json(report))
    clips = reading.clips(place, given.day)
    if clips is not None:
        vectors = items_writer.vectors(
            trained.fitted.shape, trained.fitted.parameters, trained.fitted.vocabulary, clips
        )
        place.write(f"items/{version}.npz", items_writer.pack(version, clips, vectors))
    finish = report["heads"]["finish"]
    return DONE, {"version": version, "auc": finish["auc"], "items": clips is not None, "epochs": report["epochs"]}


def _evaluate(place: Place, given: argparse.Namespace) -> Answer:
    key = f"rank/{given.version}/{registry.REPORT}"
    report = json.loads(place.read(key))
    day = json.loads(place.read(f"rank/{given.version}/{rank_model.MANIFEST}"))["day"]
    rows, _ = reading.training(place, day, 1)
    report["service"] = _beside_service(place, given.version, rows)
    place.write(key, registry.as_json(report))
    return DONE, report


def _promote(place: Place, given: argparse.Namespace) -> Answer:
    report = json.loads(place.read(f"rank/{given.version}/{registry.REPORT}"))
    service = registry.in_service(place)
    off_policy = json.loads(given.off_policy.read_text()) if given.off_policy else None
    reasons = [] if service == given.version else gates.refusals(report, service, off_policy)
    if reasons:
        return REFUSED, {"version": given.version, "in_service": service, "refused": reasons}
    registry.release(place, given.version)
    if f"items/{given.version}.npz" in place.keys("items/"):
        registry.release_items(place, given.version)
    return DONE, {"version": given.version, "before": service}


def _rollback(place: Place, _: argparse.Namespace) -> Answer:
    try:
        return DONE, {"version": registry.rollback(place)}
    except registry.NothingBefore as error:
        return REFUSED, {"refused": [str(error)]}


def _beside_service(place: Place, version: str, rows: Any) -> dict[str, Any] | None:
    """None before the first release."""
    service = registry.in_service(place)
    if service is None:
        return None
    models = [rank_model.load(place.read, one) for one in (version, service)]
    return pipeline.against_service(models[0], models[1], rows)


def _settings(given: argparse.Namespace) -> settings.Settings:
    path: Path | None = given.settings
    chosen = settings.read(path.read_text()) if path else settings.Settings()
    return dataclasses.replace(chosen, fitting=dataclasses.replace(chosen.fitting, seed=given.seed))
