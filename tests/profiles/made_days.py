"""Three days of made events, and the log of features that a feed would have written beside them. Pure, no chance.

Twelve viewers with an account, two who do not wish personalisation, one without account; 24 clips of six creators in
two languages. 5 % of the lines come twice, some across midnight; 5 % arrive up to an hour late. A stranger tells what a
player never does (`_forge`), and a viewer what nothing had shown.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.profiles import days
from reelstack.behavior import stored_event

DAYS = ("2026-11-20", "2026-11-21", "2026-11-22")
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
TAGS = ("cooking", "dance", "cats", "football", "music")
VIEWERS = tuple(f"viewer-{number:02}" for number in range(12))
LATE, NOWHERE = VIEWERS[8], VIEWERS[9]
"""Each second page of the one was made while the real-time job was late; the other's impressions tell no region."""
UNWILLING = ("unwilling-0", "unwilling-1")
PASSING = "s:abc"
FORGER = "s:forger"
CLIPS: tuple[dict[str, Any], ...] = tuple(
    {
        "video_id": f"clip{number:02}",
        "owner_id": f"owner-{number % 6}",
        "tags": [TAGS[number % 5], TAGS[number * 7 % 5]] if number % 3 else [TAGS[number % 5]],
        "duration_ms": (6_000, 14_000, 25_000, 70_000)[number % 4],
        "language": ("de", "en")[number % 2],
    }
    for number in range(24)
)
FRESH = {**CLIPS[0], "video_id": "fresh", "tags": ["cats"]}
"""A clip that nothing showed."""
CATALOGUE: tuple[dict[str, Any], ...] = tuple(
    {
        "video_id": clip["video_id"],
        "region": ("DE", "US", "")[number % 3],
        "published_at": days.start_ms(DAYS[0]) - HOUR,
    }
    for number, clip in enumerate(CLIPS)
)
PAGE = 5
FORGED = 120
ODD = tuple(
    f'{{"id": "odd-{number}", "type": {members}}}'.encode()
    for number, members in enumerate(
        (
            '"pause"',
            '"pause", "received_at": "yesterday", "viewer": ["a"], "tags": [null]',
            f'"pause", "received_at": {2**63 - 1}, "at": {-(2**63)}, "watched_ms": {2**63 - 1}, '
            '"duration_ms": -1, "view_id": "odd"',
            r'"pause", "received_at": 1.5, "viewer": "\ud800", "propensity": "NaN", "speed": 1e400, "at": null',
            '"play", "viewer": "odd"',
        )
    )
)
"""Objects with an id and a type, and nothing else that is right: a line of them must not stop a day."""
BROKEN = (b'{"id": "broken', b'{"id": "broken", "type": "pause", "speed": NaN}')
"""No JSON, which has no NaN either (the archive refuses it, too). Two are over 0.1 % of these days, and stop none."""

Record = dict[str, Any]


def policy(viewer: str) -> str:
    """Of a receipt: two arms of an experiment that is about people with an account."""
    arm = "b" if sum(viewer.encode()) % 2 else "control"
    return "newest" if viewer == PASSING else f"ranked-1;ranker=fresh/{arm}"


@dataclass
class Made:
    lines: list[Record] = field(default_factory=list)
    """As they arrive; some twice."""
    served: list[Record] = field(default_factory=list)
    """What the feed showed to people with an account: a log row without its features."""

    def events(self) -> list[Record]:
        """Each id once, on the day on which it came first: as the play of that day that arrived first, else as what
        arrived first."""

        def order(line: Record) -> tuple[str, bool, int]:
            return day_of(line["received_at"]), line["type"] != "play", line["received_at"]

        found: dict[str, Record] = {}
        for line in sorted(self.lines, key=order):
            found.setdefault(line["id"], line)
        return sorted(found.values(), key=lambda line: int(line["received_at"]))


class Maker:
    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.made = Made()
        self.count = 0

    def day(self, day: str) -> None:
        begin = days.start_ms(day)
        for number, viewer in enumerate((*VIEWERS, *UNWILLING, PASSING)):
            for session in (8, 20):
                self.session(viewer, begin + session * HOUR + number * 61 * SECOND)
        # A page shortly before midnight, whose outcomes are the next day's.
        self.session(VIEWERS[0], begin + 24 * HOUR - 10 * MINUTE)

    def session(self, viewer: str, at: int) -> None:
        for page in range(2):
            answer = f"{viewer}-{at}-{page}"
            shown = self.random.sample(CLIPS, PAGE)
            for position, clip in enumerate(shown):
                served = {"answer_id": answer, "position": position, "source": "similar", "propensity": 0.5}
                level = int(viewer == LATE and page > 0)
                served |= {"served_at": at, "origin": "shown", "policy": policy(viewer), "level": level}
                if viewer in VIEWERS and not level:
                    row = {name: value for name, value in served.items() if name not in ("origin", "policy", "level")}
                    self.made.served.append({**row, "viewer": viewer, "video_id": clip["video_id"]})
                self.watch(viewer, clip, served, at + (position + 1) * 20 * SECOND)
            at += 4 * MINUTE + 777

    def watch(self, viewer: str, clip: Record, served: Record, at: int) -> None:
        chance, length = self.random.random, clip["duration_ms"]
        of = {**clip, **served}
        self.add(viewer, "impression", at, of)
        if chance() < 0.05:
            return
        view_id = self.add(viewer, "play", at + 200, of)
        watched = int(length * min(1.0, chance() * 1.6)) if chance() < 0.8 else int(length * 0.1)
        view = {**of, "view_id": view_id, "watched_ms": watched, "position_ms": watched}
        if length > 20_000 and watched > 10_000:
            self.add(viewer, "progress", at + 5000, {**view, "watched_ms": 5000, "position_ms": 5000})
        self.add(viewer, "finish" if watched == length else "skip", at + 300 + watched, view)
        if chance() < 0.15:
            self.add(viewer, "like", at + 2 * SECOND, {**clip, "origin": "table"})
            if chance() < 0.2:
                self.add(viewer, "unlike", at + 3 * SECOND, {**clip, "origin": "table"})
        if chance() < 0.05:
            self.add(viewer, "follow", at + 4 * SECOND, {"target": clip["owner_id"], "origin": "table"})
        if chance() < 0.05:
            self.add(viewer, "hide", at + 2 * SECOND, {**of, "what": "video"})
        if chance() < 0.02:
            self.add(viewer, "report", at + 5 * SECOND, {**clip, "what": "video", "origin": "table"})

    def add(self, viewer: str, kind: str, at: int, of: Record) -> str:
        self.count += 1
        name = f"01930b9e-7c00-7abc-8def-{self.count:012x}"
        late = self.random.randrange(HOUR) if self.random.random() < 0.05 else self.random.randrange(200, 9000)
        is_told = not viewer.startswith("s:") and (viewer, kind) != (NOWHERE, "impression")
        region = "" if not is_told else ("DE", "US")[sum(viewer.encode()) % 2]
        record = {**stored_event.FIELDS, **of, "id": name, "type": kind, "viewer": viewer, "region": region}
        record |= {"signed_in": not viewer.startswith("s:"), "personalised": viewer in VIEWERS, "at": at}
        record["received_at"] = at + late
        self.made.lines.append(record)
        if self.random.random() < 0.05:
            again = self.random.choice((SECOND, 6 * HOUR))
            self.made.lines.append({**record, "received_at": record["received_at"] + again})
        return name


def _forge(maker: Maker) -> None:
    """What one address may send: the API takes each of these events."""
    noon = days.start_ms(DAYS[1]) + 12 * HOUR
    direct = {**FRESH, "origin": "direct"}
    watched = {"watched_ms": FRESH["duration_ms"], "position_ms": FRESH["duration_ms"]}
    for number in range(FORGED):  # finishes of a clip that nobody played, and hides
        forged = {**direct, **watched, "watched_ms": 24 * HOUR, "view_id": f"none-{number}"}
        maker.add(FORGER, "finish", noon, forged)
        maker.add(FORGER, "hide", noon, {**direct, "what": "video"})
    for _ in range(3):
        # One id for a play and a finish that arrive at once, and for how a clip played and a play after midnight.
        view = maker.add(FORGER, "play", noon, {**CLIPS[2], "origin": "direct"})
        play = next(line for line in reversed(maker.made.lines) if line["id"] == view)
        maker.made.lines.append({**play, "type": "finish", "view_id": view})
        late = maker.add(FORGER, stored_event.QUALITY, days.end_ms(DAYS[0]) - HOUR - MINUTE, CLIPS[3])
        quality = next(line for line in maker.made.lines if line["id"] == late)
        again = {"type": "play", "at": noon, "received_at": noon + SECOND}
        maker.made.lines.append({**quality, **again})
    # Sent again after two days, by a client that was not told that it had arrived.
    play = next(line for line in maker.made.lines if line["type"] == "play" and line["viewer"] == PASSING)
    maker.made.lines.append({**play, "received_at": play["received_at"] + 2 * days.DAY_MS})
    # By its address: what clips look alike and are hot does not follow from it.
    for viewer in VIEWERS[:4]:
        maker.add(viewer, "finish", noon, {**direct, **watched, "view_id": "none"})


def make() -> Made:
    maker = Maker()
    for day in DAYS:
        maker.day(day)
    _forge(maker)
    # Of a later version of the service.
    maker.add(VIEWERS[0], "wave", days.start_ms(DAYS[0]) + 12 * HOUR, CLIPS[0])
    # The last day's, and arrives on the next.
    maker.add(VIEWERS[1], "play", days.end_ms(DAYS[2]) - 100, CLIPS[1])
    # How a clip played of which nothing else is known: it is collected, and nothing is concluded from it.
    maker.add(VIEWERS[0], stored_event.QUALITY, days.start_ms(DAYS[1]) + 12 * HOUR, {**CLIPS[0], "video_id": "unseen"})
    return maker.made


def day_of(at: int) -> str:
    return next(day for day in (*DAYS, "2026-11-23", "2026-11-24") if at < days.end_ms(day))


def write(folder: Path, made: Made, logged: Sequence[Record]) -> None:
    """As archive_events and the feed leave them."""
    archived: dict[str, list[bytes]] = defaultdict(list)
    for line in made.lines:
        hour = line["received_at"] // HOUR % 24
        archived[f"events/day={day_of(line['received_at'])}/hour={hour:02}"].append(_line(line))
    archived[f"events/day={DAYS[0]}/hour=12"] += [*BROKEN, *ODD]
    for path, lines in archived.items():
        _write(folder / path / "shardId-000000000000-1-2.jsonl.gz", lines)
    features: dict[str, list[bytes]] = defaultdict(list)
    for row in logged:
        hour = row["served_at"] // HOUR % 24
        features[f"features/day={day_of(row['served_at'])}/hour={hour:02}"].append(json.dumps(row).encode())
    for path, lines in features.items():
        _write(folder / path / "log.jsonl.gz", lines)
    _write(folder / "catalogue/clips/part-00000.jsonl", [json.dumps(clip).encode() for clip in CATALOGUE])


def _line(event: Record) -> bytes:
    if event["type"] != "wave":
        return stored_event.line(event)
    return json.dumps({**event, "mood": "good", "nested": {"a": 1}}).encode()


def _write(path: Path, lines: Sequence[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = b"".join(line + b"\n" for line in lines)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
