"""The CloudFront KeyValueStore that edge functions read: the keys of playback tokens and the denylist.

A write names the version of the store that it read. Of two writes at the same time one is refused, and tries again.
"""

from reelstack.platform import aws, retry
from reelstack.platform.config import config

WRITE_ATTEMPTS = 8
WRITE_PAUSE_SECONDS = 0.1
AT_ONCE = 50
"""The most entries one UpdateKeys takes."""


def write(puts: dict[str, str], deletes: list[str]) -> None:
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
