"""The CloudFront KeyValueStores that edge functions read: that of playback tokens, unless a caller names another.

A change reads entries, and names the store's version when it writes them. Of two changes at the same time one is
refused, reads again and tries again, so neither is lost. AWS bills each request to the store (a thousand for about a
dollar), reads like writes, so a process keeps what it has read for as long as nobody else has written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from reelstack.platform import aws, retry
from reelstack.platform.config import config

WRITE_ATTEMPTS = 9
WRITE_PAUSE_SECONDS: float = 0.1
AT_ONCE = 50
"""The most entries that one UpdateKeys takes, puts and deletes together; also the largest page of ListKeys."""
LISTED_FROM = 80
"""From so many unknown entries on, listing all 4,096 shards takes fewer requests than reading each."""
READERS = 8

Entries = Mapping[str, str]
Changes = Mapping[str, str | None]
"""Entries to write; None removes one."""


@dataclass
class _Known:
    """What this process has read of the store `arn` at `version`; None is an entry that is not there."""

    arn: str
    version: str = ""
    entries: dict[str, str | None] = field(default_factory=dict)
    whole: bool = False


_known: dict[str, _Known] = {}
"""By the store's ARN: a function writes into one."""


def forget() -> None:
    """The next read asks the store."""
    _known.clear()


def read(names: Collection[str]) -> dict[str, str]:
    """Those of these entries that are there."""
    known = _read(names, config().playback_keys_store)
    return {name: value for name in names if (value := known.entries.get(name)) is not None}


def change(names: Collection[str] | None, edit: Callable[[Entries], Changes], arn: str = "") -> None:
    """Writes what `edit` makes of the entries of these names (None: of all), AT_ONCE at a time, in the order given.
    `arn`: of the store, if it is not that of playback tokens.

    `edit` is called again when others wrote meanwhile, and then finds some of its changes made: it must say the same
    again. Raises ConflictException when others kept coming first, and whatever `edit` raises.
    """
    conflict = aws.client("cloudfront-keyvaluestore").exceptions.ConflictException
    for attempt in retry.attempts(WRITE_ATTEMPTS, WRITE_PAUSE_SECONDS):
        try:
            known = _read(names, arn or config().playback_keys_store)
            asked = known.entries if names is None else {name: known.entries.get(name) for name in names}
            changes = list(edit({name: value for name, value in asked.items() if value is not None}).items())
            for start in range(0, len(changes), AT_ONCE):
                _update(known, changes[start : start + AT_ONCE])
        except conflict:
            forget()
            if attempt == WRITE_ATTEMPTS - 1:
                raise
        else:
            return


def _read(names: Collection[str] | None, arn: str) -> _Known:
    store = aws.client("cloudfront-keyvaluestore")
    known = _known.setdefault(arn, _Known(arn))
    if not known.version:
        # Before its entries: what is written in between makes the write that follows a conflict.
        known.version = store.describe_key_value_store(KvsARN=arn)["ETag"]
    unknown = [] if known.whole else [name for name in names or () if name not in known.entries]
    if (names is None or len(unknown) >= LISTED_FROM) and not known.whole:
        pages = store.get_paginator("list_keys").paginate(KvsARN=arn, PaginationConfig={"PageSize": AT_ONCE})
        known.entries = {item["Key"]: item["Value"] for page in pages for item in page["Items"]}
        known.whole = True
    elif unknown:
        with ThreadPoolExecutor(min(READERS, len(unknown))) as pool:
            known.entries.update(zip(unknown, pool.map(partial(_get, arn), unknown), strict=True))
    return known


def _get(arn: str, name: str) -> str | None:
    store = aws.client("cloudfront-keyvaluestore")
    try:
        return str(store.get_key(KvsARN=arn, Key=name)["Value"])
    except store.exceptions.ResourceNotFoundException:
        return None


def _update(known: _Known, changes: Sequence[tuple[str, str | None]]) -> None:
    store = aws.client("cloudfront-keyvaluestore")
    puts = [{"Key": key, "Value": value} for key, value in changes if value is not None]
    deletes = [{"Key": key} for key, value in changes if value is None]
    known.version = store.update_keys(KvsARN=known.arn, IfMatch=known.version, Puts=puts, Deletes=deletes)["ETag"]
    known.entries.update(changes)
