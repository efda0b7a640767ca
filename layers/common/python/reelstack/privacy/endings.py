"""Endings of exports and erasures: what their owner, an administrator and the operators are told of one."""

import time
from typing import Any

from reelstack import audit_log
from reelstack.platform.clock import DAY_SECONDS
from reelstack.platform.telemetry import count, logger
from reelstack.privacy import data_requests, event_erasure, exports
from reelstack.privacy.data_requests import TOMBSTONE_SECONDS, Kind, Progress


def of_export(user_id: str, request_id: str, files: list[dict[str, Any]], error: dict[str, Any] | None) -> bool:
    """False if the user has asked for another meanwhile."""
    ends = int(time.time()) + exports.DAYS * DAY_SECONDS
    if error is None:
        return data_requests.settle(user_id, Kind.EXPORT, request_id, Progress.DONE, ends, files=files)
    # The cause may name internals; operators read the log.
    logger.error("an export failed", request=request_id, error=error)
    return data_requests.settle(user_id, Kind.EXPORT, request_id, Progress.FAILED, ends)


def of_erasure(user_id: str, request_id: str, left: list[str], error: dict[str, Any] | None) -> bool:
    """False if it is not this erasure any more. One that failed stays due, and begins again."""
    if error is None and not left:
        count("AccountErased")
        event_erasure.note(user_id, Kind.EVENTS)  # first: an erasure that is done is not looked at again
        noted = audit_log.entry(user_id, audit_log.MACHINE, "erased", "", kind=audit_log.Kind.USER)
        audit_log.commit(noted)
        ends = int(time.time()) + TOMBSTONE_SECONDS
        return data_requests.settle(user_id, Kind.ERASURE, request_id, Progress.DONE, ends, left=[])
    logger.error("an erasure failed", request=request_id, left=left, error=error)
    return data_requests.settle(user_id, Kind.ERASURE, request_id, Progress.FAILED, None, left=left)
