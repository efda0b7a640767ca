"""Feed session: what a viewer was shown lately, in a signed text that comes back with every request. Pure.

So a refresh repeats nothing and pages do not overlap while no store answers. The text is opaque, at most MAX_LENGTH
characters, and valid for one viewer only. A text that is none of ours, or another viewer's, is no error: the session
then begins anew, since a feed never fails because of what a client kept.

    base64url(version ‖ salt ‖ began ‖ position ‖ hashes of served clips ‖ tags with counts ‖ 16 bytes of HMAC-SHA256)
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reelstack.feed import seen

VERSION = 1
MOST_SERVED = 200
"""Clips that a session remembers; the oldest go."""
MOST_TAGS, TAG_BYTES = 14, 20
"""A tag that is longer is not counted: a session has no room for essays."""
FATIGUE_DECAY = 0.8
"""What one more page leaves of a tag's count."""
SIGNATURE_BYTES = 16
MAX_LENGTH = 1536
VALID_SECONDS = 24 * 3600
"""After a day a session begins anew: what was shown then is in the seen filter."""
APART_SECONDS = 60
"""By which the clock of a process may be ahead of another's."""
_HEAD = struct.Struct("<BQIIH")
_TAG = struct.Struct("<BB")
_SCALE = 8
"""A count is kept in eighths, in one byte."""


@dataclass(frozen=True)
class Session:
    salt: int
    """64 bits. What is drawn by chance is drawn by it, so that the same request gives the same answer."""
    began_at: int
    """Unix seconds."""
    position: int = 0
    """Items that were shown in it."""
    served: tuple[int, ...] = ()
    """`clip_hash` of the latest ones, the newest last."""
    tags: Mapping[str, float] = field(default_factory=dict)
    """Tag -> how often it was shown, older pages counting less."""


def clip_hash(video_id: str) -> int:
    """32 bits: a clip that was never shown agrees with one of 200 once in 21 million."""
    return seen.clip_hash(video_id) & 0xFFFFFFFF


def served(before: Session, shown: Sequence[tuple[str, Sequence[str]]]) -> Session:
    """The session after a page of clips, each with its tags."""
    hashes = [*before.served, *(clip_hash(video_id) for video_id, _ in shown)]
    counts = {tag: count * FATIGUE_DECAY for tag, count in before.tags.items()}
    for _, tags in shown:
        for tag in tags:
            counts[tag] = counts.get(tag, 0.0) + 1.0
    strongest = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    kept = [(tag, count) for tag, count in strongest if len(tag.encode()) <= TAG_BYTES and count >= 1 / _SCALE]
    return Session(
        before.salt,
        before.began_at,
        before.position + len(shown),
        tuple(dict.fromkeys(reversed(hashes)))[:MOST_SERVED][::-1],
        dict(kept[:MOST_TAGS]),
    )


def pack(session: Session, viewer: str, key: bytes) -> str:
    """`viewer`: the id of an account, or a name for all who have none."""
    body = b"".join(_parts(session))
    text = base64.urlsafe_b64encode(body + _signature(body, viewer, key)).rstrip(b"=").decode()
    assert len(text) <= MAX_LENGTH
    return text


def unpack(text: str, viewer: str, keys: Iterable[bytes], now: int) -> Session | None:
    """None if the text is not one that `keys` signed for this viewer within VALID_SECONDS."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, given = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    if len(text) > MAX_LENGTH or not any(hmac.compare_digest(given, _signature(body, viewer, key)) for key in keys):
        return None
    if body[:1] != bytes([VERSION]):
        return None
    session = _parse(body)
    return session if -APART_SECONDS <= now - session.began_at <= VALID_SECONDS else None


def _parts(session: Session) -> Iterable[bytes]:
    began, position, count = session.began_at, min(session.position, 2**32 - 1), len(session.served)
    yield _HEAD.pack(VERSION, session.salt, began, position, count)
    yield struct.pack(f"<{count}I", *session.served)
    for tag, shown in session.tags.items():
        word = tag.encode()
        yield _TAG.pack(min(round(shown * _SCALE), 255), len(word)) + word


def _parse(body: bytes) -> Session:
    """Of a body that was signed, so of one that `pack` made."""
    _, salt, began, position, count = _HEAD.unpack_from(body)
    at = _HEAD.size + 4 * count
    hashes = struct.unpack_from(f"<{count}I", body, _HEAD.size)
    tags: dict[str, float] = {}
    while at < len(body):
        shown, length = _TAG.unpack_from(body, at)
        at += _TAG.size
        tags[body[at : at + length].decode()] = shown / _SCALE
        at += length
    return Session(salt, began, position, hashes, tags)


def _signature(body: bytes, viewer: str, key: bytes) -> bytes:
    return hmac.digest(key, f"{viewer}\n".encode() + body, "sha256")[:SIGNATURE_BYTES]
