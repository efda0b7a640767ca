"""What came of a clip that was shown, within 30 minutes: the labels of a training row. Pure.

What a client reports belongs to a row by its receipt: the same answer, clip and viewer. Likes, comments, shares,
follows, reports and hides are read off tables and bring no receipt: they belong to the newest row of that viewer and
clip before them. A row that no event proves to have been on the screen has no outcome, and neither has one whose viewer
has no account or does not wish personalisation.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from reelstack.feed import scores

WAIT_MS = 30 * 60 * 1000
LABELS = ("finish", "like", "comment", "share", "follow", "fast_skip", "hide", "report")
OF_TABLES = ("like", "unlike", "comment", "share", "follow", "unfollow", "hide", "report")
FACTS = ("owner_id", "tags", "language", "region", "duration_ms")

Row = Mapping[str, Any]


def training_rows(rows: Sequence[Row], events: Sequence[Row]) -> list[dict[str, Any]]:
    """The served rows of one viewer that were seen, each with its outcome, by time of serving."""
    by_receipt: dict[tuple[str, str], list[Row]] = defaultdict(list)
    tables: list[Row] = []
    for event in events:
        if event["answer_id"]:
            by_receipt[event["answer_id"], event["video_id"]].append(event)
        elif event["type"] in OF_TABLES:
            tables.append(event)
    ordered = sorted(rows, key=lambda row: (row["served_at"], row["answer_id"], row["video_id"]))
    found = []
    for place, row in enumerate(ordered):
        own = [event for event in by_receipt[row["answer_id"], row["video_id"]] if _in_time(row, event)]
        if not own or not all(event["signed_in"] and event["personalised"] for event in own):
            continue
        first = min(own, key=lambda event: (event["at"], event["id"]))
        facts = {name: first[name] for name in FACTS}
        later = [other["served_at"] for other in ordered[place + 1 :] if other["video_id"] == row["video_id"]]
        until = min((at for at in later if at > row["served_at"]), default=row["served_at"] + WAIT_MS + 1)
        about = [event for event in tables if _in_time(row, event) and event["at"] < until]
        found.append({**row, "event_id": first["id"], **facts, **_outcome(own, _of_clip(about, row, facts))})
    return found


def _in_time(row: Row, event: Row) -> bool:
    return bool(row["served_at"] <= event["at"] <= row["served_at"] + WAIT_MS)


def _of_clip(events: Sequence[Row], row: Row, facts: Row) -> list[Row]:
    def is_about(event: Row) -> bool:
        if event["type"] in ("follow", "unfollow"):
            return bool(event["target"] == facts["owner_id"])
        return bool(event["video_id"] == row["video_id"] and (event["type"] != "report" or event["what"] == "video"))

    return sorted(filter(is_about, events), key=lambda event: (event["at"], event["id"]))


def _outcome(own: Sequence[Row], about: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(LABELS, False)
    found["watched_ms"] = max(event["watched_ms"] for event in own)
    for event in (*own, *about):
        kind = event["type"]
        if kind in ("unlike", "unfollow"):
            found[kind.removeprefix("un")] = False
        elif kind in found:
            found[kind] = True
        elif scores.is_fast_skip(kind, event["watched_ms"], event["duration_ms"]):
            found["fast_skip"] = True
    return found
