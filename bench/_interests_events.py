"""Events for benchmarks of the job `interests`, as JSON lines; half of them speak of interests."""

import json
import random
from collections.abc import Iterator
from typing import Any

from reelstack.behavior.stored_event import FIELDS

VIEWERS, CLIPS, TAGS = 2000, 500, 40
KINDS = ("impression", "impression", "play", "play", "progress", "progress", "progress", "finish", "skip", "like")


def event(number: int, at_ms: int, **changes: Any) -> dict[str, Any]:
    """The same for the same number: three tags, a creator, a language, a length."""
    chance = random.Random(number)
    clip = chance.randrange(CLIPS)
    return FIELDS | {
        "id": f"{number}-{at_ms}",
        "type": chance.choice(KINDS),
        "viewer": f"user-{chance.randrange(VIEWERS)}",
        "signed_in": True,
        "personalised": True,
        "video_id": f"clip-{clip}",
        "owner_id": f"creator-{clip % 97}",
        "tags": [f"tag-{(clip * step) % TAGS}" for step in (1, 3, 7)],
        "language": "de",
        "region": ("de", "fr", "jp")[clip % 3],
        "duration_ms": 20_000,
        "at": at_ms,
        "received_at": at_ms,
        "origin": "shown",
        "view_id": f"view-{number % 5000}",
        "watched_ms": chance.randrange(4000, 20_000),
        **changes,
    }


def lines(numbers: range, at_ms: int) -> Iterator[str]:
    for number in numbers:
        yield json.dumps(event(number, at_ms))
