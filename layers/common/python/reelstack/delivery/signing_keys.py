"""The keys of playback tokens and their rotation. See delivery.tokens.

The secret (Secrets Manager) is what functions sign with; the CloudFront KeyValueStore is what the edge checks with:
each of its shards holds the ring (delivery.edge_shards). A new key goes to the edge a day before anything is signed
with it, an old one stays until its last token has expired.
"""

import json
import secrets
import time
from typing import Any

from reelstack.delivery import edge_store
from reelstack.delivery.edge_ring import RING, Ring, spread
from reelstack.delivery.tokens import SigningKey
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.secrets import keep

ROTATE_AFTER_SECONDS = 30 * 24 * 3600
SPREAD_SECONDS = 12 * 3600
"""How long a new key rests at the edge before it signs. The job runs daily."""


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
    keys, current = {key_id: dict(key) for key_id, key in ring["keys"].items()}, ring.get("current")
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
    _spread({key_id: key["secret"] for key_id, key in keys.items()}, now)
    if (renewed := {"current": current, "keys": keys}) != ring:
        aws.client("secretsmanager").put_secret_value(
            SecretId=config().playback_secret, SecretString=json.dumps(renewed)
        )
    return current


def _spread(keys: dict[str, str], now: int) -> None:
    """Brings the keys into every shard, 50 to a write, if one lacks them: after two reads on most days."""
    edge_store.forget()
    if not Ring.of(edge_store.read([RING]).get(RING)).is_whole(keys, now):
        edge_store.change(None, lambda entries: spread(entries, keys, now))


def _ring() -> dict[str, Any]:
    answer = aws.client("secretsmanager").get_secret_value(SecretId=config().playback_secret)
    try:
        ring = json.loads(answer["SecretString"])
    except ValueError:
        ring = {}  # what CloudFormation put there: a random text
    return ring if isinstance(ring, dict) and "keys" in ring else {"keys": {}}
