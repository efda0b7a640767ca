"""Denylist: videos whose playback tokens the edge refuses before they expire. See delivery.tokens.

An entry is needed until the last token in flight has expired. The daily rotation of the signing keys evicts those that
are over.
"""

import time
from collections.abc import Sequence

from reelstack.delivery import edge_store
from reelstack.delivery.edge_store import AT_ONCE
from reelstack.platform import aws
from reelstack.platform.config import config


def deny(video_id: str, issued_up_to: int | None = None) -> int:
    """The edge refuses every token of this video until the last one in flight has expired; returns that unix time.

    With `issued_up_to` (unix seconds) only those issued until then: a viewer who may still watch asks for a new one.
    """
    return deny_all([video_id], issued_up_to)


def deny_all(video_ids: Sequence[str], issued_up_to: int | None = None) -> int:
    """The same for many, AT_ONCE in a write."""
    until = int(time.time()) + config().playback_seconds_public
    since = "" if issued_up_to is None else f"-{issued_up_to}"
    for start in range(0, len(video_ids), AT_ONCE):
        some = video_ids[start : start + AT_ONCE]
        edge_store.write(puts={f"deny:{video_id}": f"{until}{since}" for video_id in some}, deletes=[])
    return until


def evict_expired(now: int) -> None:
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
