"""Originals: what becomes of an uploaded file once its video is published, and its way back if it is needed again.

The tag PRODUCED says that a video was published of it; the setting `originals_policy` says what a lifecycle rule does
then. An attempt at an original that lies in an archive waits as a note (a lease in the pool RESTORING, with a
deadline), not as an execution and not in the backlog: S3 takes up to two days. S3's event brings the order back, and
what that event did not bring is looked at once its deadline is over. The restored copy ends by itself after
RESTORED_DAYS.
"""

import time
from typing import Any

from reelstack.platform import storage, storage_classes
from reelstack.platform.clock import now_ms
from reelstack.platform.storage_classes import TagsFull
from reelstack.platform.telemetry import count, logger
from reelstack.production import backlog
from reelstack.production.jobs import Order
from reelstack.tables.production import Lease
from reelstack.tables.uploads import Upload
from reelstack.uploads.priorities import Priority

PRODUCED, YES = "produced", "yes"
RESTORING = "restoring-originals"
"""Pool of leases: orders whose original S3 restores, each with the time in ms from which somebody looks again."""
TIER = "Bulk"
"""The cheapest: free in Glacier Flexible Retrieval, 0.0025 $ a GB in Deep Archive."""
RESTORED_DAYS = 7
"""Long enough for an attempt that waits for slots, fails and is asked for again."""
DEADLINE_SECONDS = 50 * 3600
"""Bulk takes 5 to 12 hours in Glacier Flexible Retrieval, up to 48 in Deep Archive."""
RESTORED = "Object Restore Completed"
LOOKED_AT = 100


def note_produced(upload_id: str) -> None:
    """A video of this upload is published: what the policy says may be done with the original."""
    upload = _find(upload_id)
    if upload is None:
        return
    try:
        storage_classes.tag("uploads", upload.key, PRODUCED, YES)
    except TagsFull:
        logger.warning("no room for a tag; the original is kept as it is", key=upload.key)


def is_kept(upload_id: str) -> bool:
    """Whether the original is still there, archived or not."""
    upload = _find(upload_id)
    return upload is not None and storage_classes.exists("uploads", upload.key)


def is_readable(order: Order, upload: Upload) -> bool:
    """Whether production of this order can read its original. If not, a restore is asked for, and the order comes back
    by itself. The first attempt comes right after the upload."""
    if order.attempt == 1 or storage_classes.in_archive("uploads", upload.key) in (None, "restored"):
        return True
    waiting = Lease(
        RESTORING,
        order.execution,
        upload_id=order.upload_id,
        owner_id=upload.owner_id,
        priority=order.priority,
        planned={"attempt": order.attempt, "renditions": list(order.renditions)},
        taken_at=_deadline(),
    )
    # Before S3 is asked: its event may come before this function has ended.
    if waiting.put_if(Lease.execution.does_not_exist()):
        count("OriginalRestored")
    if storage.restore("uploads", upload.key, TIER, RESTORED_DAYS):
        return False
    waiting.delete()
    return True


def read_restored(event: dict[str, Any]) -> str | None:
    """The key in S3's event of an original that it has restored; None if this is another event."""
    if event.get("source") != "aws.s3" or event.get("detail-type") != RESTORED:
        return None
    return str(event["detail"]["object"]["key"])


def resume(key: str) -> int:
    """Orders that waited for this original go on. Returns how many; the same event again finds none."""
    upload_id = key.rpartition("/")[2]
    found = Lease.query(RESTORING, Lease.execution.startswith(f"{upload_id}-"), consistent_read=True)
    return sum(_go_on(waiting) for waiting in list(found))


def resume_late(until: float) -> int:
    """Orders whose deadline is over go on, or have their restore asked for again, until `until` (time.monotonic).
    Returns how many went on."""
    resumed = 0
    for named in Lease.by_age.query(RESTORING, Lease.taken_at < now_ms(), limit=LOOKED_AT):
        if time.monotonic() >= until:
            break
        for waiting in Lease.query(RESTORING, Lease.execution == named.execution, consistent_read=True):
            resumed += _go_on(waiting)
    if resumed:
        count("OriginalsRighted", resumed)
    return resumed


def _go_on(waiting: Lease) -> bool:
    """False while it waits on. An upload that was erased meanwhile ends its order."""
    upload = _find(waiting.upload_id)
    if upload is None:
        waiting.delete()
        return False
    kind = storage_classes.in_archive("uploads", upload.key)
    if kind not in (None, "restored"):
        storage.restore("uploads", upload.key, TIER, RESTORED_DAYS)
        waiting.update_if(Lease.taken_at.exists(), [Lease.taken_at.set(_deadline())])
        return False
    backlog.admit(_order(waiting), upload)  # admitted twice is admitted once
    waiting.delete()
    return True


def _order(waiting: Lease) -> Order:
    planned = waiting.planned
    priority = Priority(waiting.priority or Priority.NORMAL)
    return Order(waiting.upload_id, int(planned["attempt"]), priority, tuple(planned["renditions"]))


def _deadline() -> int:
    return now_ms() + DEADLINE_SECONDS * 1000


def _find(upload_id: str) -> Upload | None:
    return next(iter(Upload.query(upload_id, consistent_read=True)), None)
