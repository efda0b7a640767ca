"""`reelstack time`: days go by for what MiniStack holds, at once. The clock itself stays, so that tokens stay valid.

MiniStack runs no lifecycle, and of TTL it makes no stream records, so nothing ever ages there. POST to `times.PATH`
moves every stored time back and then does what S3, DynamoDB and SQS would have done meanwhile. It happens between two
requests: nobody sees half of it.

What moves: objects, versions, multipart uploads, restores, messages, and the attributes of tables that the caller names
(`local.time_attributes`). Executions do not: no execution of ours waits for days. Nor does anything of Cognito, IAM,
Secrets Manager or the KeyValueStore, which tokens are compared with.
"""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import dynamodb, s3, sqs

from local import emulator_lifecycle, times
from local.times import HEADER, PATH

DAY_SECONDS = 24 * 3600
REAPER = "dynamodb-ttl-reaper"
BY_TIME_TO_LIVE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
"""How a stream record says that nobody deleted the item but its time to live."""

_expiring = ContextVar("expiring", default=False)
"""Whether what is deleted now has outlived its time."""

App = Callable[[Any, Any, Any], Awaitable[None]]


def apply() -> None:
    """Makes MiniStack's deletions by time to live, its own too, appear in streams as DynamoDB's do."""
    build, remove = dynamodb._build_change_record, dynamodb._remove_item

    def change_record(*change: Any) -> dict[str, Any]:
        record: dict[str, Any] = build(*change)
        return record | ({"userIdentity": BY_TIME_TO_LIVE} if _expiring.get() else {})

    def remove_item(table: dict[str, Any], hash_value: Any, range_value: Any) -> Any:
        gone = remove(table, hash_value, range_value)
        if gone is not None and threading.current_thread().name == REAPER:
            _tell(table, gone)
        return gone

    dynamodb._build_change_record, dynamodb._remove_item = change_record, remove_item


def with_time(app: App) -> App:
    """MiniStack's application, with PATH in front of it."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await app(scope, receive, send)
            return
        headers = {name.decode().lower() for name, _ in scope["headers"]}
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        allowed = scope["method"] == "POST" and HEADER in headers
        answer = age(**json.loads(body)) if allowed else {}
        kind = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200 if allowed else 403, "headers": kind})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return served


def age(seconds: int, tables: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Lets so many seconds go by. Returns how often each thing was done.

    Objects age a day at a time, since what one rule ends another removes days later.
    """
    set_request_account_id("")
    set_request_region(None)
    done: Counter[str] = Counter()
    for step in _days(seconds):
        _move_objects(timedelta(seconds=step))
        done += emulator_lifecycle.apply(datetime.now(UTC))
    _persist_objects()
    done["restores ended"] = _move_restores(seconds)
    with dynamodb._lock:
        for name, attributes in tables.items():
            _move_items(dynamodb._tables[name], attributes, seconds)
        done["items expired"] = _expire_items()
    done["messages expired"] = _move_messages(seconds)
    return {what: count for what, count in sorted(done.items()) if count}


def _days(seconds: int) -> Iterator[int]:
    days, rest = divmod(seconds, DAY_SECONDS)
    yield from [DAY_SECONDS] * days
    if rest:
        yield rest


def _move_objects(step: timedelta) -> None:
    for bucket in list(s3._buckets):
        for key in emulator_lifecycle.keys(bucket):
            for record in (*emulator_lifecycle.versions(bucket, key), s3._buckets[bucket]["objects"].get(key)):
                if record is not None:
                    record["last_modified"] = _earlier(record["last_modified"], step)
    for upload in s3._multipart_uploads.values():
        upload["created"] = _earlier(upload["created"], step)
        for part in upload["parts"].values():
            part["last_modified"] = _earlier(part["last_modified"], step)


def _earlier(stamp: str, step: timedelta) -> str:
    moved = datetime.fromisoformat(stamp) - step
    return f"{moved.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3]}Z"


def _persist_objects() -> None:
    """Else a restart would find their old times and classes on disk."""
    for bucket in list(s3._buckets):
        for key in emulator_lifecycle.keys(bucket):
            s3._persist_version_state(bucket, key, s3._buckets[bucket])


def _move_restores(seconds: int) -> int:
    """Returns how many restored copies are no more: such an object is archived again."""
    ended = 0
    for bucket, held in list(s3._buckets.items()):
        for key, record in held["objects"].items():
            if restore := record.get("restore"):
                for name in ("requested_at", "available_at", "expires_at"):
                    restore[name] -= seconds
                ended += s3._sync_restore(bucket, key, record) is None
    s3._reschedule_restores()
    return ended


def _move_items(table: dict[str, Any], attributes: dict[str, Any], seconds: int) -> None:
    """Writes no stream record: that something is older is no change of it."""
    moved: dict[str, dict[str, Any]] = defaultdict(dict)
    for item in [item for of_hash in table["items"].values() for item in of_hash.values()]:
        made = times.earlier(item, attributes["numbers"], attributes["texts"], seconds)
        hash_value, range_value, _ = dynamodb._resolve_table_key_values(table, made, allow_extra=True)
        moved[hash_value][range_value] = made
    table["items"] = moved
    dynamodb._items_replaced(table)


def _expire_items() -> int:
    count, now = 0, time.time()
    for (account, region, name), setting in list(dynamodb._ttl_settings.all_items()):
        table = dynamodb._tables.get_scoped(account, region, name)
        if not table or setting.get("TimeToLiveStatus") != "ENABLED":
            continue
        for hash_value, of_hash in list(table["items"].items()):
            for range_value, item in list(of_hash.items()):
                ends = item.get(setting["AttributeName"], {}).get("N")
                if ends is not None and float(ends) <= now:
                    dynamodb._remove_item(table, hash_value, range_value)
                    _tell(table, item)
                    count += 1
    return count


def _tell(table: dict[str, Any], gone: dict[str, Any]) -> None:
    """Puts the deletion into the table's stream, if it has one."""
    mark = _expiring.set(True)
    try:
        dynamodb._emit_stream_event(table["TableName"], "REMOVE", gone, None)
    finally:
        _expiring.reset(mark)


def _move_messages(seconds: int) -> int:
    """Returns how many had been in their queue for longer than it keeps them."""
    ended = 0
    with sqs._queues_lock:
        for queue in sqs._queues.values():
            for message in queue["messages"]:
                for name in {"sent_at", "enqueued_at", "visible_at"} & message.keys():
                    message[name] -= seconds
                message["sys"]["SentTimestamp"] = str(int(message["sys"]["SentTimestamp"]) - seconds * 1000)
            before = len(queue["messages"])
            sqs._expire_retained(queue)
            ended += before - len(queue["messages"])
    return ended
