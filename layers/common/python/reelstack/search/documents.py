"""What is written into the search indexes: only what is searched, and only of what everybody may see. Pure.

A document says what to look at, never that it may be shown: `search.search` asks that of the tables.
"""

from enum import StrEnum
from typing import Any

from reelstack.classification import skeletons
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos.audiences import Account, Audience
from reelstack.videos.videos import State

Document = dict[str, Any]


class SearchKind(StrEnum):
    """What can be searched for: also the alias of the index that is searched."""

    VIDEOS = "videos"
    USERS = "users"


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
}


def of_video(video: Video, owner: Account) -> Document | None:
    """None: it is not to be found by a search."""
    shown = video.state == State.PUBLISHED and video.visibility == Audience.PUBLIC
    if not shown or owner.gone or not owner.open:
        return None
    return {
        "video_id": video.video_id,
        "title": video.title,
        "description": video.description,
        "tags": [plain_tag(tag) for tag in video.tags],
        "published_at": int(video.published_at or 0),
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


def plain_tag(tag: str) -> str:
    """The one spelling in which tags are compared: "#Cats" and "cats" are the same, "café" and "Cafe", as words are."""
    return skeletons.fold_accents(tag.strip().lstrip("#"))
