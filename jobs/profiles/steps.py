"""The steps of a day, as data: what the state machine starts in this order, and what each reads and writes.

A step is idempotent per day: run again, it writes the same rows in the same order into files of the same names. In the
same JVM these are the same bytes; in another one the footer of a Parquet file may list its encodings in another order.
Where a step fails, those after it are not run, and what they wrote on the days before stays.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    name: str
    says: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    gated: bool = True
    """Refused on a day whose quality report did not pass."""
    snapshots: str = ""
    """The folder that has its artefact whole for each day: after the step all but the last are deleted."""


ERASED_FROM = (
    *("profiles/events", "profiles/viewers", "profiles/viewer_records", "profiles/viewer_days", "training"),
    *("profiles/clips", "profiles/creators", "profiles/play_counts"),
)
STEPS: tuple[Step, ...] = (
    Step(
        "collect",
        "archived events to Parquet, each id once; the quality report",
        ("events/day=D", "profiles/events/day=D-7…D-1", "profiles/quality/day=D-7…D-1.json"),
        ("profiles/events/day=D", "profiles/events_by_viewer/day=D", "profiles/quality/day=D.json"),
        gated=False,
    ),
    Step(
        "play_counts",
        "plays, viewers, watch time, finishes and sources of each clip in the day",
        ("profiles/events/day=D", "profiles/events/day=D-1", "events/day=D"),
        ("profiles/play_counts/day=D", "profiles/play_counts_report/day=D.json"),
    ),
    Step(
        "viewers",
        "long-term interests, totals, language and region of viewers who have an account and wish it",
        ("profiles/events/day=D", "profiles/viewers before D"),
        ("profiles/viewers/day=D", "profiles/viewer_records/day=D"),
        snapshots="profiles/viewers",
    ),
    Step(
        "clips",
        "totals, retention curve, quality and exposure of clips",
        ("profiles/events/day=D", "profiles/clips before D", "catalogue/clips"),
        ("profiles/clips/day=D", "profiles/clip_records/day=D"),
        snapshots="profiles/clips",
    ),
    Step(
        "creators",
        "sums of the totals of each creator's clips",
        ("profiles/clips/day=D",),
        ("profiles/creators/day=D",),
        snapshots="profiles/creators",
    ),
    Step(
        "viewer_days",
        "what each viewer did in the day under which arms of experiments",
        ("profiles/events/day=D",),
        ("profiles/viewer_days/day=D",),
    ),
    Step(
        "training_rows",
        "logged features with their outcomes after 30 minutes",
        ("features/day=D-1", "features/day=D", "profiles/events/day=D-1", "profiles/events/day=D"),
        ("training/day=D", "profiles/training_report/day=D.json"),
    ),
    Step(
        "lists",
        "what is similar, hot, rising, and liked by viewers of the same taste",
        ("profiles/events/day=D-29…D", "profiles/viewers/day=D"),
        ("lists/D", "lists/current.json"),
        snapshots="lists",
    ),
)
"""What `all` runs, in this order."""
OTHERS: tuple[Step, ...] = (
    Step(
        "parity",
        "logged features against those made of raw events; fails below 99.9 % or if a difference is not explained",
        ("features/day=D", "profiles/events/day=D-29…D", "profiles/viewers before D", "profiles/clips before D"),
        ("profiles/parity/day=D.json",),
    ),
    Step(
        "recompute_rows",
        "training rows of a day without logs: features are made of raw events",
        ("profiles/events/day=D-29…D", "profiles/viewers before D", "profiles/clips before D"),
        ("training/day=D", "profiles/training_report/day=D.json"),
    ),
    Step(
        "erase",
        "takes the given people out of all artefacts, all days",
        ("erasures/<run>", *ERASED_FROM),
        (*ERASED_FROM, "erasures/<run>/parquet.json"),
        gated=False,
    ),
)
"""What is started by hand or by another state machine."""
BY_NAME = {step.name: step for step in STEPS + OTHERS}
