"""Lists that are spread over several partitions, read as one. Pure."""

import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

Item = TypeVar("Item")
AT_ONCE = 8


def of_user(what: str, user_id: str, number: int) -> str:
    """On which of its shards a user's item about `what` is listed."""
    return f"{what}#{zlib.crc32(user_id.encode()) % number}"


def all_of(what: str, number: int) -> list[str]:
    return [f"{what}#{shard}" for shard in range(number)]


def first(number: int, items: Iterable[Item]) -> list[Item]:
    """The first so many: a query asks for no more pages than that needs."""
    return list(islice(items, number))


def newest(
    number: int, read: Callable[[int], list[Item]], position: Callable[[Item], Any], limit: int
) -> tuple[list[Item], bool]:
    """The `limit` highest positions of all shards, in falling order, and whether there are more.

    `read` gives one shard's first `limit` + 1, in falling order; many shards are read at the same time.
    """
    if number <= AT_ONCE:
        found = [item for shard in range(number) for item in read(shard)]
    else:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = [item for shard in pool.map(read, range(number)) for item in shard]
    found.sort(key=position, reverse=True)
    return found[:limit], len(found) > limit
