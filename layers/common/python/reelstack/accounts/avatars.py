"""Avatars: where a picture is sent to, and what is shown of it. accounts.avatar_processing makes one of the other.

Nothing a client sent is ever served: what is shown was drawn anew, under a key that only we choose.
"""

import secrets
from enum import StrEnum
from urllib.parse import quote

from pydantic import BaseModel

from reelstack.accounts import users
from reelstack.accounts.errors import ImageTypeNotAllowed
from reelstack.platform import aws, media_types, storage
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.tables.accounts import User

SENT, SHOWN = "avatars/", "u/"
"""Prefixes in the uploads and in the media bucket; <prefix><user>/<when>-<random> follows."""
TYPES = {"image/jpeg": "image/jpeg", "image/jpg": "image/jpeg", "image/png": "image/png", "image/webp": "image/webp"}
"""Every name of a type that is taken -> the one that the form says."""
OFFER_SECONDS = 300
CACHE_CONTROL = "public, max-age=3600"
"""How long caches may show a picture that was taken away."""


class Problem(StrEnum):
    """Why a picture that was sent is not shown."""

    UNREADABLE = "picture-unreadable"
    MODERATED = "picture-moderated"


class Offer(BaseModel):
    """A form to post: all `fields` first, then the picture as the field `file`."""

    url: str
    fields: dict[str, str]
    max_bytes: int
    expires_in_seconds: int


def offer(user_id: str, content_type: str) -> Offer:
    """Where the caller may send one picture of this type, straight to storage. Raises ImageTypeNotAllowed."""
    known = media_types.known_as(content_type, TYPES)
    if known is None:
        raise ImageTypeNotAllowed(allowed=list(TYPES))
    user = users.find_or_create(user_id)
    if user.avatar_problem:  # what is said from now on is about this picture
        user.update(actions=[User.avatar_problem.remove()])
    most = config().max_avatar_bytes
    post = aws.client("s3").generate_presigned_post(
        Bucket=config().uploads_bucket,
        Key=f"{SENT}{user_id}/{now_ms():013d}-{secrets.token_hex(6)}",
        Fields={"Content-Type": known},
        Conditions=[{"Content-Type": known}, ["content-length-range", 1, most]],
        ExpiresIn=OFFER_SECONDS,
    )
    return Offer(url=post["url"], fields=post["fields"], max_bytes=most, expires_in_seconds=OFFER_SECONDS)


def remove(user_id: str) -> None:
    """Shows none any more; caches may for an hour. Twice is once."""
    user = users.find_or_create(user_id)
    shown = user.avatar
    user.update(actions=[User.avatar.remove(), User.avatar_problem.remove()])
    if shown:
        storage.delete("media", shown)


def url(key: str | None) -> str | None:
    """Where the picture of this key is, relative to the site's address."""
    return f"/{quote(key)}" if key else None
