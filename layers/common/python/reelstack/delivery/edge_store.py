"""The CloudFront KeyValueStore that edge functions read: the keys of playback tokens and the denylist.

A write names the version of the store that it read. Of two writes at the same time one is refused, and tries again.
"""

from collections.abc import Sequence

from reelstack.platform import aws, retry
from reelstack.platform.config import config

WRITE_ATTEMPTS = 8
WRITE_PAUSE_SECONDS = 0.1
AT_ONCE = 50
"""The most entries that one UpdateKeys takes, puts and deletes together; also the largest page of ListKeys."""


def write(puts: dict[str, str], deletes: Sequence[str]) -> None:
    """Writes AT_ONCE entries at a time; the same again changes nothing. Raises ConflictException when other writers
    kept coming first."""
    changes: list[tuple[str, str | None]] = [*puts.items(), *((key, None) for key in deletes)]
    version: str | None = None
    for start in range(0, len(changes), AT_ONCE):
        version = _update(changes[start : start + AT_ONCE], version)


def _update(changes: Sequence[tuple[str, str | None]], version: str | None) -> str:
    """Returns the store's new version. A value of None removes its key."""
    store, arn = aws.client("cloudfront-keyvaluestore"), config().playback_keys_store
    puts = [{"Key": key, "Value": value} for key, value in changes if value is not None]
    deletes = [{"Key": key} for key, value in changes if value is None]
    for attempt in retry.attempts(WRITE_ATTEMPTS, WRITE_PAUSE_SECONDS):
        known = version or store.describe_key_value_store(KvsARN=arn)["ETag"]
        try:
            return str(store.update_keys(KvsARN=arn, IfMatch=known, Puts=puts, Deletes=deletes)["ETag"])
        except store.exceptions.ConflictException:
            version = None
            if attempt == WRITE_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")
