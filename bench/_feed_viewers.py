"""Viewers for bench feed: each with three tastes, and watched, liked, kept and followed accordingly."""

from typing import Any

import numpy as np

from bench._feed_tables import Tables

COUNTRY = "DE"
TAGS, TAGS_OF_A_TOPIC = 2_000, 20
LIKED, SAVED, FOLLOWED, WATCHED, TIMELINE = 120, 40, 80, 100, 60
KNOWN, SOUGHT = 60, 200
"""Of a tag's clips, the most appealing first: those from and up to which a viewer knows some."""


def tags_of(chance: np.random.Generator) -> list[str]:
    """Eight tags of each of three tastes."""
    tastes = chance.choice(TAGS // TAGS_OF_A_TOPIC, 3, replace=False)
    return [
        f"tag{n}" for one in tastes for n in chance.choice(TAGS_OF_A_TOPIC, 8, replace=False) + one * TAGS_OF_A_TOPIC
    ]


def liked(table: Any, tags: list[str], chance: np.random.Generator) -> list[int]:
    """Rows of the item table, those watched last first."""
    rows = np.unique(np.concatenate([table.tagged(tag, SOUGHT)[KNOWN:] for tag in tags]))
    return [int(row) for row in chance.permutation(rows)]


def add(tables: Tables, viewer: str, table: Any, chance: np.random.Generator, now: int) -> None:
    """Somebody with three tastes: watched, liked, kept and followed accordingly."""
    from reelstack.feed import live_signals
    from reelstack.platform import cache
    from reelstack.tables.accounts import User
    from reelstack.tables.feed import TimelineEntry, ViewerProfile
    from reelstack.tables.interactions import Bookmark, Like
    from reelstack.tables.social import Follow

    tags = tags_of(chance)
    rows = liked(table, tags, chance)
    ids = [table.clip(row).video_id for row in rows]
    owners = list(dict.fromkeys(table.clip(row).owner_id for row in rows))[:FOLLOWED]
    fields: list[Any] = ["v", bytes([live_signals.VERSION])]
    for tag in tags:
        for half in "si":
            fields += [f"{half}0:t:{tag}", live_signals.pack_pair(now, float(chance.random() * 4))]
    for place, video_id in enumerate(ids[:WATCHED]):
        fields += [f"w:{video_id}", live_signals.pack_pair(now - place * 60_000, float(chance.random()))]
    cache.run([("HSET", live_signals.viewer_key(viewer), *fields)], 30)
    interests = {f"t:{tag}": float(chance.random() * 4) for tag in tags} | {f"c:{owner}": 1.0 for owner in owners[:20]}
    made: list[Any] = [
        User(viewer, created_at=1, handle=viewer),
        ViewerProfile(viewer, as_of=now, region=COUNTRY, language="de", totals={"plays": 500}, interests=interests,
                      expires_at=now),
    ]  # fmt: skip
    made += [Like(viewer, one, liked_at=1, shard=f"{one}#1") for one in ids[-LIKED:]]
    made += [Bookmark(viewer, one, saved_at=1, shard=f"{one}#1") for one in ids[-SAVED:]]
    made += [Follow(viewer, one, state="following", since=1, shard=f"following#{one}#1") for one in owners]
    made += [TimelineEntry(viewer, f"v#{now - n:013d}#{one}", expires_at=now) for n, one in enumerate(ids[-TIMELINE:])]
    for one in made:
        tables.put(one)
