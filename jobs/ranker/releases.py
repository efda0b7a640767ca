"""The commands that move pointers: `promote`, if every gate holds, and `rollback`. Neither needs JAX or Parquet."""

import argparse
import json
from pathlib import Path
from typing import Any

from jobs.ranker import gates, registry, retention
from jobs.ranker.places import Place
from reelstack.feed import rank_model

DONE, REFUSED = 0, 1
ESTIMATE = ("difference", "low", "high")


def promote(place: Place, given: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Moves both pointers, the ranker's last; neither, if the feed would refuse what one of them names. Old versions
    are deleted, also when a gate refuses."""
    report = json.loads(place.read(f"rank/{given.version}/{registry.REPORT}"))
    service = registry.in_service(place)
    off_policy = _estimate(given.off_policy) if given.off_policy else None
    day = json.loads(place.read(f"rank/{given.version}/{rank_model.MANIFEST}"))["day"]
    reasons = [] if service == given.version else gates.refusals(report, service, off_policy)
    if reasons:
        about = {"version": given.version, "in_service": service, "refused": reasons}
        return REFUSED, about | {"deleted": retention.forget(place, day)}
    rank_model.load(place.read, given.version)
    if registry.has_items(place, given.version):
        registry.release_items(place, given.version)
    registry.release(place, given.version)
    about = {"version": given.version, "before": service}
    if refused := (report.get("service") or {}).get("refused"):
        about["before_refused"] = refused
    return DONE, about | {"deleted": retention.forget(place, day)}


def rollback(place: Place, _: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Moves the ranker's pointer, and that of the items if there are items of the version; or neither."""
    try:
        has_items = registry.has_items(place, registry.before(place)[-1])
        version = registry.rollback(place)
    except registry.NothingBefore as error:
        return REFUSED, {"refused": [str(error)]}
    if has_items:
        registry.release_items(place, version)
    return DONE, {"version": version}


def _estimate(path: Path) -> dict[str, float]:
    """Raises ValueError if the file is no off-policy estimate."""
    found = json.loads(path.read_text())
    if not isinstance(found, dict) or not all(isinstance(found.get(name), int | float) for name in ESTIMATE):
        raise ValueError(f"{path} has no {', '.join(ESTIMATE)}")
    return found
