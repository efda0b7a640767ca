"""What is written into the search indexes: only what is searched, and only of what everybody may see. Pure.

A document says what to look at, never that it may be shown: `search.search` asks that of the tables.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from reelstack.classification import creator_record, skeletons
from reelstack.classification.creator_record import Kind, Strike
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos.audiences import Account, Audience
from reelstack.videos.videos import State

NOT_SEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufe00-\ufe0f]")
"""Marks of direction and choices of a glyph, which differ by the keyboard."""
Document = dict[str, Any]


class SearchKind(StrEnum):
    """What can be searched for: also the alias of the index that is searched."""

    VIDEOS = "videos"
    USERS = "users"
    VIEWERS = "viewers"
    """What viewers like, for candidates by likeness; no route searches it."""
    CREATORS = "creators"
    """Records of creators, for moderators."""


SETTINGS: Document = {
    "analysis": {
        "analyzer": {
            # Words of any script: width and case folded, accents optional; Chinese, Japanese and Korean by pairs of
            # signs, since they do not part their words.
            "words": {
                "type": "custom",
                "tokenizer": "standard",
                "filter": ["cjk_width", "lowercase", "asciifolding", "cjk_bigram"],
            }
        }
    }
}
WORDS: Document = {"type": "text", "analyzer": "words"}
MAPPINGS: dict[SearchKind, Document] = {
    SearchKind.VIDEOS: {
        "dynamic": "strict",
        "properties": {
            "video_id": {"type": "keyword"},
            "title": WORDS,
            "description": WORDS,
            "tags": {"type": "keyword", "fields": {"words": WORDS}},
            "owner_id": {"type": "keyword"},
            "language": {"type": "keyword"},
            "region": {"type": "keyword"},
            "duration_ms": {"type": "long"},
            "quality": {"type": "float"},
            "exposure": {"type": "long"},
            "published_at": {"type": "long"},
        },
    },
    SearchKind.USERS: {
        "dynamic": "strict",
        "properties": {
            "user_id": {"type": "keyword"},
            "handle": {"type": "keyword"},
            "display_name": WORDS,
            "created_at": {"type": "long"},
        },
    },
    SearchKind.VIEWERS: {
        "dynamic": "strict",
        "properties": {
            "viewer_id": {"type": "keyword"},
            "interests": {"type": "keyword"},
            "region": {"type": "keyword"},
            "language": {"type": "keyword"},
            "computed_at": {"type": "long"},
        },
    },
    SearchKind.CREATORS: {
        "dynamic": "strict",
        "properties": {
            "creator_id": {"type": "keyword"},
            "strikes": {"type": "long"},
            "rejected": {"type": "long"},
            "reports_upheld": {"type": "long"},
            "taken_down": {"type": "long"},
            "latest_at": {"type": "long"},
        },
    },
}
"""A later version may add fields, and nothing else: `indexes.fed` adds them to the indexes that are there."""
TOP_INTERESTS = 20


@dataclass(frozen=True)
class ViewerInterests:
    """A viewer's row of the daily artefact `profiles/viewers`."""

    viewer_id: str
    scores: Mapping[str, float]
    """By the keys of feed.scores, "t:cooking"; those above zero are interests."""
    region: str
    language: str
    computed_at: int
    """The end of the day that the row is of, unix milliseconds: the version of its document."""


def of_video(video: Video, owner: Account) -> Document | None:
    """None: it is not to be found by a search."""
    shown = video.state == State.PUBLISHED and video.visibility == Audience.PUBLIC and not video.archive_state
    if not shown or owner.gone or not owner.open:
        return None
    return {
        "video_id": video.video_id,
        "title": video.title,
        "description": video.description,
        "tags": [plain_tag(tag) for tag in video.tags],
        "owner_id": video.owner_id,
        "language": video.language or "",
        "region": video.region or "",
        "duration_ms": int(video.duration_ms or 0),
        "exposure": int(video.exposure or 0),
        "published_at": int(video.published_at or 0),
        # Not there until a day's profile has been computed: queries.UNKNOWN_QUALITY stands for it.
        **({} if video.quality is None else {"quality": float(video.quality)}),
    }


def of_person(user: User) -> Document | None:
    """None: not to be found. A private account can be: only what it has is for its followers."""
    if user.suspended_at or user.deleted_at or not (user.handle or user.display_name):
        return None
    return {
        "user_id": user.user_id,
        "handle": user.handle or "",
        "display_name": user.display_name,
        "created_at": int(user.created_at),
    }


def of_viewer(row: ViewerInterests, user: User | None) -> Document | None:
    """None: nothing of the viewer may be kept here. Only of those who are signed in and let what they watch choose."""
    if user is None or not has_viewer_document(user):
        return None
    liked = sorted((-score, key) for key, score in row.scores.items() if score > 0)[:TOP_INTERESTS]
    return {
        "viewer_id": row.viewer_id,
        "interests": [key for _, key in liked],
        "region": row.region,
        "language": row.language,
        "computed_at": row.computed_at,
    }


def has_viewer_document(user: User) -> bool:
    return bool(user.personalised) and not (user.deleted_at or user.suspended_at)


def of_creator(creator_id: str, strikes: Collection[Strike], now_ms: int) -> Document | None:
    """None: no strike of theirs counts. Strikes end by themselves, and their removal is a change that comes here."""
    counts = creator_record.counts(strikes, now_ms)
    if not any(counts.values()):
        return None
    return {
        "creator_id": creator_id,
        "strikes": sum(counts.values()),
        "rejected": counts[Kind.REJECTED],
        "reports_upheld": counts[Kind.REPORT_UPHELD],
        "taken_down": counts[Kind.TAKEN_DOWN],
        "latest_at": max(one.at for one in strikes if one.kind in counts),
    }


@lru_cache(20_000)
def plain_tag(tag: str) -> str:
    """The one spelling in which tags are compared: "#Cats", "# cats" and "cats" are the same, "café" and "Cafe", as
    words are, and what differs only by signs that are not seen: "❤" in colour, a word between marks of direction."""
    return skeletons.fold_accents(NOT_SEEN.sub("", tag)).strip().lstrip("#").strip()
