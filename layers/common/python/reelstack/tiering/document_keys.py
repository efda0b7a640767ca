"""Keys of the nightly machine's files: below `tiering/` of the bucket `media`. Pure."""

import re
from datetime import date

ROOT = "tiering/"
CLIPS = "v/"
"""Where the objects of clips are."""
LOGS = "s3/media/"
"""Where the bucket `media` has its server access logs, in the bucket of logs: infra/storage/buckets.py."""
FACTS = f"{ROOT}facts.json"
"""What a night found of all objects, for the next one."""


def plan(run: str, part: int) -> str:
    return f"{ROOT}plans/{run}/part-{part:05}.jsonl"


def reads(day: date) -> str:
    """Bytes read at the origin on a day, by key, sorted."""
    return f"{ROOT}reads/{day.isoformat()}.tsv"


HISTORY = f"{ROOT}history/"
NIGHT = re.compile(r"(\d{4}-\d\d-\d\d)-(\d+)")


def history(run: str, part: int | None = None) -> str:
    """Of a part; of all parts, what their keys begin with."""
    return f"{HISTORY}{run}/" + ("" if part is None else f"part-{part:05}.tsv")


def history_end(run: str) -> str:
    """Written after the last part: a history without it is of a run that was killed, and lacks objects."""
    return history(run) + "whole"


def night_of(run: str) -> tuple[date, int] | None:
    """Day and attempt, by a run's name or its folder's; None for another name."""
    found = NIGHT.match(run)
    return (date.fromisoformat(found[1]), int(found[2])) if found else None


def sums(run: str, part: int | None = None) -> str:
    """What a night's facts are found from. Of a part; of all parts, what their keys begin with."""
    return f"{ROOT}sums/{run}/" + ("" if part is None else f"part-{part:05}.json")


def results(run: str, line: int | None = None) -> str:
    """What a line of a plan came to. Of a line; of all lines, what their keys begin with."""
    return f"{ROOT}results/{run}/" + ("" if line is None else f"{line:010}.json")


def report(run: str) -> str:
    return f"{ROOT}reports/{run}.json"


OF_A_CLIP = re.compile(f"{CLIPS}[^/]+/.+")


def is_of_a_clip(key: str) -> bool:
    """Whether an object below CLIPS is one that a production wrote. What people put there by hand is none: the object
    `v/`, by which S3's console shows a folder, or a name with a tab, which no file of lines could hold."""
    return key.isprintable() and OF_A_CLIP.fullmatch(key) is not None


def clip_of(key: str) -> str:
    """v/<video>/<attempt>/… -> <video>"""
    return key.split("/")[1]
