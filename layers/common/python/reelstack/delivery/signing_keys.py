"""The keys of playback tokens: rotation, and denying a video before its tokens expire. See delivery.tokens.

The secret (Secrets Manager) is what functions sign with; the CloudFront KeyValueStore is what the edge checks with. A
new key goes to the edge a day before anything is signed with it, an old one stays until its last token has expired.
"""

import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

from reelstack.delivery.tokens import SigningKey
from reelstack.platform import aws, retry
from reelstack.platform.config import config
from reelstack.platform.secrets import keep

ROTATE_AFTER_SECONDS = 30 * 24 * 3600
SPREAD_SECONDS = 12 * 3600
"""How long a new key rests at the edge before it signs. The job runs daily."""
WRITE_ATTEMPTS = 8
WRITE_PAUSE_SECONDS = 0.1
AT_ONCE = 50
"""The most entries one UpdateKeys takes."""


def signing_key() -> SigningKey:
    """The key that new playback tokens are signed with; one that was rotated is noticed within secrets.KEEP_SECONDS."""

    def load() -> SigningKey:
        answer = aws.client("secretsmanager").get_secret_value(SecretId=config().playback_secret)
        ring = json.loads(answer["SecretString"])
        current = ring["current"]
        return SigningKey(current, ring["keys"][current]["secret"])

    return keep("playback", load)


def rotate() -> str:
    """Takes the next step of the rotation, if one is due, and returns the id of the key that signs. Idempotent."""
    ring, now = _ring(), int(time.time())
    keys, current = ring["keys"], ring.get("current")
    newest = max(keys, key=lambda key_id: keys[key_id]["made_at"], default=None)
    if newest is None or keys[newest]["made_at"] < now - ROTATE_AFTER_SECONDS:
        newest = f"k{now:x}"
        keys[newest] = {"secret": secrets.token_hex(32), "made_at": now}
    if current is None or (newest != current and keys[newest]["made_at"] < now - SPREAD_SECONDS):
        if current:
            keys[current]["retired_at"] = now
        current = newest
    dead = [
        key_id
        for key_id, key in keys.items()
        if key.get("retired_at", now) < now - config().playback_seconds_public - SPREAD_SECONDS
    ]
    for key_id in dead:
        del keys[key_id]
    # The edge first: a token must never be signed with a key the edge does not know.
    _edge(puts={f"key:{key_id}": key["secret"] for key_id, key in keys.items()}, deletes=[f"key:{k}" for k in dead])
    _forget_denials(now)
    if (renewed := {"current": current, "keys": keys}) != ring:
        aws.client("secretsmanager").put_secret_value(
            SecretId=config().playback_secret, SecretString=json.dumps(renewed)
        )
    return current


def deny(video_id: str, issued_up_to: int | None = None) -> int:
    """The edge refuses every token of this video until the last one in flight has expired; returns that unix time.

    With `issued_up_to` (unix seconds) only those issued until then: whoever may still watch asks for a new one.
    """
    return deny_all([video_id], issued_up_to)


def deny_all(video_ids: Sequence[str], issued_up_to: int | None = None) -> int:
    """The same for many, AT_ONCE in a write."""
    until = int(time.time()) + config().playback_seconds_public
    since = "" if issued_up_to is None else f"-{issued_up_to}"
    for start in range(0, len(video_ids), AT_ONCE):
        some = video_ids[start : start + AT_ONCE]
        _edge(puts={f"deny:{video_id}": f"{until}{since}" for video_id in some}, deletes=[])
    return until


def _forget_denials(now: int) -> None:
    """Denials whose last token has expired: a KeyValueStore holds 5 MB. Whatever was written meanwhile ends it, lest a
    denial that was renewed goes with its forerunner; the next day's run does the rest."""
    store, arn = aws.client("cloudfront-keyvaluestore"), config().playback_keys_store
    version = store.describe_key_value_store(KvsARN=arn)["ETag"]
    pages = store.get_paginator("list_keys").paginate(KvsARN=arn, PaginationConfig={"PageSize": AT_ONCE})
    held = [item for page in pages for item in page["Items"] if item["Key"].startswith("deny:")]
    over = [item["Key"] for item in held if int(item["Value"].partition("-")[0]) <= now]
    for start in range(0, len(over), AT_ONCE):
        some = [{"Key": key} for key in over[start : start + AT_ONCE]]
        try:
            version = store.update_keys(KvsARN=arn, IfMatch=version, Deletes=some)["ETag"]
        except store.exceptions.ConflictException:
            return


def _ring() -> dict[str, Any]:
    answer = aws.client("secretsmanager").get_secret_value(SecretId=config().playback_secret)
    try:
        ring = json.loads(answer["SecretString"])
    except ValueError:
        ring = {}  # what CloudFormation put there: a random text
    return ring if isinstance(ring, dict) and "keys" in ring else {"keys": {}}


def _edge(puts: dict[str, str], deletes: list[str]) -> None:
    """Writes are serialised by the store's version: of two at once one is refused, and tries again on the new one."""
    store, arn = aws.client("cloudfront-keyvaluestore"), config().playback_keys_store
    for attempt in retry.attempts(WRITE_ATTEMPTS, WRITE_PAUSE_SECONDS):
        state = store.describe_key_value_store(KvsARN=arn)
        try:
            store.update_keys(
                KvsARN=arn,
                IfMatch=state["ETag"],
                Puts=[{"Key": key, "Value": value} for key, value in puts.items()],
                Deletes=[{"Key": key} for key in deletes],
            )
        except store.exceptions.ConflictException:
            if attempt == WRITE_ATTEMPTS - 1:
                raise
        else:
            return
