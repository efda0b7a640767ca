"""Deleting an account: gone for everybody with one write, recoverable for a while, then erased.

While it waits, nothing is removed: `deleted_at` on the user's item hides profile, videos and comments on every path
that asks `videos.access`, and ends every session within its cache time.
"""

import json
import time

from reelstack import audit_log
from reelstack.accounts import user_pool, users
from reelstack.accounts.errors import OwnAccount, UserNotFound
from reelstack.audit_log import Change, Kind
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.privacy import account_erasure, data_requests
from reelstack.privacy.data_requests import QUEUE, Progress
from reelstack.privacy.errors import ErasureNotFound, NothingToRecover
from reelstack.tables.accounts import User
from reelstack.tables.privacy import DataRequest

AT_ONCE = 20
"""Erasures that one look starts."""
AGAIN_SECONDS = 8 * 3600
"""After which one that has not ended is started anew: longer than its state machine may run."""
PARTS = len(account_erasure.STORES) + 1
"""With the videos."""


def delete_own(user_id: str) -> DataRequest:
    """At its owner's wish. Twice is once."""
    if known := _asked_for(user_id):
        _shut_out(user_id)
        return known
    users.find_or_create(user_id)
    return _delete(user_id, user_id, "")


def delete(user_id: str, reason: str, admin_id: str) -> DataRequest:
    """At an administrator's. Twice is once. Raises OwnAccount or UserNotFound."""
    if user_id == admin_id:
        raise OwnAccount
    if known := _asked_for(user_id):
        _shut_out(user_id)
        return known
    users.find(user_id)
    return _delete(user_id, admin_id, reason)


def recover(user_id: str, reason: str, admin_id: str) -> None:
    """Takes a deletion back while the account waits to be erased. Raises ErasureNotFound or NothingToRecover."""
    request = find(user_id)
    still = (DataRequest.request_id == request.request_id) & (DataRequest.state == Progress.WAITING)
    kept_until = int(time.time()) + data_requests.TOMBSTONE_SECONDS
    taken_back = Change(
        item=DataRequest(user_id, data_requests.Kind.ERASURE),
        actions=[
            DataRequest.state.set(Progress.RECOVERED),
            DataRequest.queue.remove(),
            DataRequest.due_at.remove(),
            DataRequest.expires_at.set(kept_until),
        ],
        condition=still,
    )
    there = Change(item=User(user_id), actions=[User.deleted_at.remove()], condition=User.user_id.exists())
    noted = audit_log.entry(user_id, admin_id, "recovered", reason, kind=Kind.USER)
    if not audit_log.commit(noted, there, taken_back):
        raise NothingToRecover
    if not users.find(user_id).suspended_at:  # what was suspended before it was deleted stays shut out
        user_pool.enable(user_id)


def find(user_id: str) -> DataRequest:
    """Raises ErasureNotFound."""
    request = _asked_for(user_id)
    if request is None:
        raise ErasureNotFound
    return request


def _asked_for(user_id: str) -> DataRequest | None:
    request = data_requests.find(user_id, data_requests.Kind.ERASURE)
    return None if request is None or request.state == Progress.RECOVERED else request


def _delete(user_id: str, by: str, reason: str) -> DataRequest:
    # Until then some process may still let its sessions in.
    wait = config().erase_after_seconds + config().session_cache_seconds
    request = data_requests.new(
        user_id,
        data_requests.Kind.ERASURE,
        Progress.WAITING,
        PARTS,
        queue=QUEUE,
        due_at=now_ms() + wait * 1000,
    )
    hidden = Change(
        item=User(user_id),
        actions=[User.deleted_at.set(now_ms())],
        condition=User.user_id.exists() & User.deleted_at.does_not_exist(),
    )
    anew = DataRequest.state.does_not_exist() | (DataRequest.state == Progress.RECOVERED)
    noted = audit_log.entry(user_id, by, "deleted", reason, kind=Kind.USER)
    if not audit_log.commit(noted, hidden, Change(item=request, condition=anew)):
        return find(user_id)  # the same was asked at the same moment
    _shut_out(user_id)
    return request


def _shut_out(user_id: str) -> None:
    try:
        user_pool.disable(user_id)
    except UserNotFound:
        return  # erased from the pool already


# --- what follows ----------------------------------------------------------------------------------------------------


def start_due() -> int:
    """Starts the erasures that are due, and those that failed or hung, anew. Returns how many."""
    now = now_ms()
    return sum(
        _start(request, now) for request in DataRequest.by_due.query(QUEUE, DataRequest.due_at <= now, limit=AT_ONCE)
    )


def _start(request: DataRequest, now: int) -> bool:
    """False if the account was recovered meanwhile, or another look was first: the index is behind the table."""
    # Before its machine starts: from here on nobody can recover the account. If it does not start, it is due again.
    claimed = data_requests.update(
        request.user_id,
        data_requests.Kind.ERASURE,
        request.request_id,
        [
            DataRequest.state.set(Progress.RUNNING),
            DataRequest.tries.set(int(request.tries) + 1),
            DataRequest.due_at.set(now + AGAIN_SECONDS * 1000),
        ],
        (DataRequest.due_at == request.due_at) & DataRequest.queue.exists(),
    )
    if claimed:
        given = {"user_id": request.user_id, "request_id": request.request_id, "round": 0}
        name = f"{request.request_id}-{int(request.tries)}"
        data_requests.execute(config().erasure_machine_arn, name, json.dumps(given))
    return claimed
