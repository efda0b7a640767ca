"""Made events in the order of their arrival: some twice, some up to an hour late, all a little out of order."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

from reelstack.behavior.stored_event import FIELDS

START_MS = 1_796_000_400_000
"""2026-11-30, on a full hour and more."""
SPAN_MS = 150 * 60 * 1000
VIEWERS, CLIPS, TAGS = 150, 40, ("cooking", "cats", "chess", "surf", "tea", "o'clock", "日本")
REGIONS, LANGUAGES = ("de", "jp", ""), ("de", "ja", "")
ODD_TAG, ODD_INSTEAD_OF = "\x01c:creator-1", "surf"
"""A hidden tag that is no key of a creator, though the job's SQL marks whole keys like that."""
KINDS = (
    *("impression", "play", "play", "play", "progress", "progress", "finish", "finish", "skip", "skip", "like"),
    *("replay", "pause", "comment", "share", "unlike", "bookmark", "follow", "unfollow", "profile_visit"),
    *("hide", "report", "block", "something_new"),
)
TABLE_KINDS = ("like", "unlike", "comment", "share", "bookmark", "follow", "unfollow", "report", "block")


def traffic(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """`count` lines, of which 5 % are copies."""
    chance = random.Random(seed)
    clips = [_clip(chance, number) for number in range(CLIPS)]
    fresh = count * 20 // 21
    made = [_event(chance, START_MS + SPAN_MS * n // fresh, clips) for n in range(fresh)]
    copies = [(event["received_at"] + chance.randrange(600_000), event) for event in chance.sample(made, count - fresh)]
    arriving = [(event["received_at"], event) for event in made] + copies
    arriving.sort(key=lambda each: each[0] + chance.randrange(3000))
    return [event for _, event in arriving]


def _event(chance: random.Random, now_ms: int, clips: list[dict[str, Any]]) -> dict[str, Any]:
    kind = chance.choice(KINDS)
    late_ms = chance.randrange(3_600_000) if chance.random() < 0.05 else chance.randrange(2000)
    viewer = chance.randrange(VIEWERS)
    clip = chance.choice(clips)
    what = {"hide": ["video", "creator", "tag"], "report": ["video", "comment"]}.get(kind, [""])
    event = FIELDS | clip | _viewer(viewer)
    of_person = kind in ("follow", "unfollow", "block", "profile_visit")
    return event | {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "type": kind,
        "at": now_ms - late_ms,
        "received_at": now_ms + 5,
        "origin": "table" if kind in TABLE_KINDS else chance.choice(("shown", "shown", "direct")),
        "view_id": f"{viewer}-{clip['video_id']}-{chance.randrange(3)}",
        "watched_ms": chance.randrange(int(clip["duration_ms"] * 1.3)),
        "what": (chosen := chance.choice(what)),
        "target": chance.choice(clips)["owner_id"] if of_person else _hidden(chance) if chosen == "tag" else "",
    }


def _hidden(chance: random.Random) -> str:
    tag = chance.choice(TAGS)
    return ODD_TAG if tag == ODD_INSTEAD_OF else tag


def _clip(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "video_id": f"clip-{number}",
        "owner_id": f"creator-{number % 11}",
        "tags": chance.sample(TAGS, chance.randrange(4)),
        "language": chance.choice(LANGUAGES),
        "duration_ms": chance.choice((5_000, 12_000, 40_000, 400_000)),
    }


def _viewer(number: int) -> dict[str, Any]:
    """Every tenth has no account, every eleventh no personal feed."""
    signed_in = number % 10 != 0
    name = f"user-{number}" if signed_in else f"s:session-{number}"
    region = REGIONS[number % len(REGIONS)]
    return {"viewer": name, "signed_in": signed_in, "personalised": signed_in and number % 11 != 0, "region": region}


def of_one(viewer: str, video_id: str, at: int, kinds: tuple[str, ...], count: int) -> Iterator[dict[str, Any]]:
    """Events of one viewer on one clip that an answer has shown, a millisecond apart."""
    chance = random.Random(video_id)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield FIELDS | {
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "type": kind,
            "viewer": viewer,
            "signed_in": True,
            "personalised": True,
            "video_id": video_id,
            "owner_id": "creator-x",
            "duration_ms": 10_000,
            "origin": "shown",
            "watched_ms": 10_000,
            "at": at + number,
            "received_at": at + number,
            "view_id": f"v{number}",
            "what": "",
        }
