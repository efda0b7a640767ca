"""Playback tokens: who may fetch which video until when, signed into the path so that every player works. Pure.

    /v/<video_id>/t/<issued>-<expiry>-<key id>-<signature>/<attempt>/master.m3u8

The edge function `infra/edge/media_token.js` checks the signature against the key of that id and strips the token, so
the cache key stays clean. signature = base64url(HMAC-SHA256(secret, "<video_id>/<issued>/<expiry>/<key id>")) without
padding. A token says when it was issued so that those of a public past can be refused while its owner's new ones pass.

A token may say how large a rendition it opens at most, by its short side: `<issued>-<expiry>-<key id>-r720-<signed>`,
where "<video_id>/<issued>/<expiry>/<key id>/r720" is signed. Renditions above are refused; their names stay in the
master playlist, and a player that is refused one goes on with those below.
"""

import base64
import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class SigningKey:
    key_id: str
    secret: str


def signature(
    video_id: str, issued_at: int, expires_at: int, key: SigningKey, short_side_limit: int | None = None
) -> str:
    """The token's last part. Times are unix seconds, `short_side_limit` is in pixels, of the largest rendition."""
    text = f"{video_id}/{issued_at}/{expires_at}/{key.key_id}" + (f"/r{short_side_limit}" if short_side_limit else "")
    digest = hmac.digest(key.secret.encode(), text.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def tokened_prefix(
    video_id: str, issued_at: int, expires_at: int, key: SigningKey, short_side_limit: int | None = None
) -> str:
    """The relative URL below which everything of this video, up to `short_side_limit`, can be fetched until
    `expires_at`; ends in a slash."""
    signed = signature(video_id, issued_at, expires_at, key, short_side_limit)
    claim = f"r{short_side_limit}-" if short_side_limit else ""
    return f"/v/{video_id}/t/{issued_at}-{expires_at}-{key.key_id}-{claim}{signed}/"


def asset_url(video_id: str, object_key: str, issued_at: int, expires_at: int, key: SigningKey) -> str:
    """The relative URL of one object of the media bucket, e.g. `v/<video_id>/1/master.m3u8`."""
    return below(tokened_prefix(video_id, issued_at, expires_at, key), video_id, object_key)


def below(prefix: str, video_id: str, object_key: str) -> str:
    """The same of a prefix that was signed before: one signature does for all objects of a video."""
    return prefix + object_key.removeprefix(f"v/{video_id}/")
