"""Clips of bench feed: topics with tags, ages, owners, languages, and plays of which a few clips have most. Pure."""

from typing import Any

import numpy as np

SEED = 7
TOPICS, TAGS, OWNERS = 100, 2_000, 20_000
LANGUAGES, REGIONS = ("de", "en", "fr", "es", ""), ("DE", "US", "FR", "ES", "")
DAY_MS = 86_400_000


def catalogue(chance: np.random.Generator, clips: int, now: int) -> tuple["np.ndarray", dict[str, Any]]:
    """The topic of each clip, and clips in columns."""
    topic = chance.integers(TOPICS, size=clips)
    return topic, _clips(chance, topic, clips, now)


def _clips(chance: np.random.Generator, topic: "np.ndarray", clips: int, now: int) -> dict[str, Any]:
    """Four tags of five are of the clip's topic; ages fall off over 60 days; a few clips have most of the plays."""
    own = TAGS // TOPICS
    per_topic = [chance.integers(own, size=3) + one * own for one in topic]
    anything = chance.integers(TAGS, size=clips)
    tags = [[f"tag{n}" for n in dict.fromkeys([*map(int, few), int(any_)])]
            for few, any_ in zip(per_topic, anything, strict=True)]  # fmt: skip
    plays = np.minimum(chance.pareto(1.0, clips) * 50, 1e6).astype(np.int64)
    quality = chance.beta(4, 6, clips)
    return {
        "video_id": [f"vid{n:06d}" for n in range(clips)],
        "owner_id": [f"o{n}" for n in chance.integers(OWNERS, size=clips)],
        "tags": tags,
        "language": list(chance.choice(LANGUAGES, size=clips)),
        "region": list(chance.choice(REGIONS, size=clips)),
        "duration_ms": chance.integers(3_000, 90_000, size=clips),
        "published_at": now - (chance.random(clips) ** 2 * 60 * DAY_MS).astype(np.int64),
        "exposure": plays,
        "plays": plays,
        "finishes": (plays * quality).astype(np.int64),
        "fast_skips": (plays * (1 - quality) * 0.4).astype(np.int64),
        "likes": (plays * quality * 0.1).astype(np.int64),
        "hides": (plays * 0.002).astype(np.int64),
    }
