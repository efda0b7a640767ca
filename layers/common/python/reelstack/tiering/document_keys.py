"""Keys of the nightly machine's files: below `tiering/` of the bucket `media`. Pure."""

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


def history(day: date, part: int | None = None) -> str:
    """Of a part; of all parts, what their keys begin with."""
    return f"{ROOT}history/{day.isoformat()}/" + ("" if part is None else f"part-{part:05}.tsv")


def sums(run: str, part: int | None = None) -> str:
    """What a night's facts are found from. Of a part; of all parts, what their keys begin with."""
    return f"{ROOT}sums/{run}/" + ("" if part is None else f"part-{part:05}.json")


def results(run: str, line: int | None = None) -> str:
    """What a line of a plan came to. Of a line; of all lines, what their keys begin with."""
    return f"{ROOT}results/{run}/" + ("" if line is None else f"{line:010}.json")


def report(run: str) -> str:
    return f"{ROOT}reports/{run}.json"


def clip_of(key: str) -> str:
    """v/<video>/<attempt>/… -> <video>"""
    return key.split("/")[1]
