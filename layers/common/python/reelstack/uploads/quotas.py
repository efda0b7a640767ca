"""How much one creator may upload: uploads open at a time, uploads a day, bytes a day, and what it costs to make videos
of them (days of UTC).

Counted in the transaction that opens an upload, so nothing counts twice and nobody gets ahead by asking in parallel.
Who completes or aborts an upload need not know of it: the open ones are looked through when they seem too many.
"""

import datetime
import time

from pynamodb.expressions.condition import size
from pynamodb.transactions import TransactWrite

from reelstack.platform.clock import DAY_SECONDS
from reelstack.platform.config import config
from reelstack.tables.uploads import Upload, Usage
from reelstack.uploads.errors import (
    DailyBytesExceeded,
    DailyProductionExceeded,
    DailyUploadsExceeded,
    TooManyOpenUploads,
)

OPEN = "open"


def check(owner_id: str, size_bytes: int) -> None:
    """Raises TooManyOpenUploads or what check_day does if this upload would be one too many."""
    check_day(owner_id, size_bytes)
    if len(_usage(owner_id, OPEN).open_uploads or ()) >= config().max_open_uploads:
        still = _evict_closed(owner_id)
        if still >= config().max_open_uploads:
            raise TooManyOpenUploads(limit=config().max_open_uploads)


def check_day(owner_id: str, size_bytes: int) -> None:
    """Raises DailyUploadsExceeded, DailyProductionExceeded or DailyBytesExceeded."""
    today, most = _usage(owner_id, _today()), config().max_upload_bytes_per_day
    seconds = DAY_SECONDS - int(time.time()) % DAY_SECONDS
    if (today.uploads or 0) >= config().max_uploads_per_day:
        raise DailyUploadsExceeded(limit=config().max_uploads_per_day, seconds_left=seconds)
    if 0 < config().creator_microdollars_per_day <= (today.microdollars or 0):
        raise DailyProductionExceeded(seconds_left=seconds)
    if (today.size_bytes or 0) + size_bytes > most:
        raise DailyBytesExceeded(limit=most, used=int(today.size_bytes or 0), seconds_left=seconds)


def count(transaction: TransactWrite, owner_id: str, upload_id: str, size_bytes: int) -> None:
    """Adds the upload to what is counted; the transaction fails if it is one too many."""
    held = size(Usage.open_uploads)  # type: ignore[no-untyped-call]
    count_day(transaction, owner_id, size_bytes)
    transaction.update(
        Usage(owner_id, OPEN),
        actions=[Usage.open_uploads.add({upload_id})],
        condition=Usage.open_uploads.does_not_exist() | (held < config().max_open_uploads),
    )


def count_day(transaction: TransactWrite, owner_id: str, size_bytes: int) -> None:
    """Adds to the day an upload of this size, or, of 0 bytes, another attempt at one."""
    room = config().max_upload_bytes_per_day - size_bytes
    transaction.update(
        Usage(owner_id, _today()),
        actions=[
            Usage.uploads.add(1),
            Usage.size_bytes.add(size_bytes),
            Usage.expires_at.set(int(time.time()) + 2 * DAY_SECONDS),
        ],
        condition=Usage.uploads.does_not_exist()
        | ((Usage.uploads < config().max_uploads_per_day) & (Usage.size_bytes <= room)),
    )


def count_cost(transaction: TransactWrite, owner_id: str, microdollars: int) -> None:
    """Adds what a production of this creator is estimated to have cost, when it has ended."""
    expires = Usage.expires_at.set(int(time.time()) + 2 * DAY_SECONDS)
    transaction.update(Usage(owner_id, _today()), actions=[Usage.microdollars.add(microdollars), expires])


def cost_of_today(owner_id: str) -> int:
    """What productions of this creator that ended today are estimated to have cost, in microdollars."""
    return int(_usage(owner_id, _today()).microdollars or 0)


def _evict_closed(owner_id: str) -> int:
    """Takes completed, aborted and expired uploads out of the open ones; returns how many are left."""
    usage = _usage(owner_id, OPEN)
    named = set(usage.open_uploads or ())
    now = int(time.time())
    still = {
        upload.upload_id
        for upload in Upload.batch_get(list(named), consistent_read=True)
        if upload.state == "open" and (upload.expires_at or 0) > now
    }
    if closed := named - still:
        usage.update(actions=[Usage.open_uploads.delete(closed)])
    return len(still)


def _usage(owner_id: str, day: str) -> Usage:
    try:
        return Usage.get(owner_id, day, consistent_read=True)
    except Usage.DoesNotExist:
        return Usage(owner_id, day)


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()
