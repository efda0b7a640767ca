"""Steps `training_rows`, `recompute_rows` and `parity`: what the ranker learns from.

A row belongs to the day in which its 30 minutes ended, so that all events of its outcome have been collected with
that day or the one before. Rows of the last half hour of a day are thus the next day's.
"""

from collections import Counter
from typing import Any

import pandas as pd

from jobs.profiles import days, outcomes, parity, served_rows
from jobs.profiles.engine import bucketed, in_buckets
from jobs.profiles.run import GateFailed, Run
from jobs.profiles.viewers import EVENT_COLUMNS, records

ROWS = (
    f"{served_rows.LOG}, event_id string, owner_id string, tags array<string>, language string, region string, "
    f"duration_ms long, watched_ms long, {', '.join(f'{label} boolean' for label in outcomes.LABELS)}"
)
OUTCOME_COLUMNS = (*EVENT_COLUMNS, "answer_id")


def training_rows(step: Run) -> None:
    rows = served_rows.logged(step, 2)
    _publish(step, rows, {"source": "logged", "other_versions": served_rows.of_other_versions(step)})


def recompute_rows(step: Run) -> None:
    rows = served_rows.recomputed(step, _of_day(step, served_rows.proven(step)))
    columns = [part.split(" ")[0] for part in served_rows.LOG.split(", ")]
    _publish(step, rows.select(*columns), {"source": "recomputed", "other_versions": 0})


def check_parity(step: Run) -> None:
    made = served_rows.recomputed(step, served_rows.logged(step)).collect()
    reasons = Counter(
        parity.reason(row["logged"], {"features": row["features"], "exact": row["exact"]}, row["in_flight"])
        for row in made
    )
    report = parity.report(step.day, reasons)
    step.place.write_json(f"profiles/parity/day={step.day}.json", report)
    if report["failed"]:
        raise GateFailed(f"{step.day}: {report['equal']:.4%} of logged features equal recomputed ones")


def _of_day(step: Run, rows: Any) -> Any:
    begin, end = (at - outcomes.WAIT_MS for at in (days.start_ms(step.day), days.end_ms(step.day)))
    return rows.where(f"served_at >= {begin} and served_at < {end}")


def _publish(step: Run, rows: Any, report: dict[str, Any]) -> None:
    events = step.events(2).where("viewer != ''").select(*OUTCOME_COLUMNS)
    by_viewer = in_buckets(_of_day(step, rows)).cogroup(in_buckets(events))
    found = by_viewer.applyInPandas(_with_outcomes, ROWS).persist()
    step.place.publish(bucketed(found, "viewer", "served_at", "answer_id", "video_id"), f"training/day={step.day}")
    whole = {"version": 1, "day": step.day, "rows": found.count(), **report}
    step.place.write_json(f"profiles/training_report/day={step.day}.json", whole)
    found.unpersist()


def _with_outcomes(served: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    by_viewer = served_rows.by(records(events), "viewer")
    found = [
        row
        for viewer, rows in served_rows.by(records(served), "viewer").items()
        for row in outcomes.training_rows(rows, by_viewer.get(viewer, []))
    ]
    return served_rows.frame(found, ROWS)
