"""Follows what others do to the distribution through the AWS APIs: entries of KeyValueStores, and invalidations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from reelstack.platform import aws

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

log = logging.getLogger("edge")

EVERY_SECONDS = 0.5
PAGE = 5000
"""Entries that are asked for at once. AWS gives 50; local.emulator gives all, as thousands are read at each change."""


class KeyValueStore:
    """The content of a CloudFront KeyValueStore, read whole whenever its version changed. It is looked at once in so
    many `rounds`: what operators change by hand may take two seconds, and a look costs 10 ms of processor."""

    def __init__(self, arn: str, rounds: int = 1) -> None:
        self._arn, self._rounds, self._round = arn, rounds, 0
        self._client = aws.client("cloudfront-keyvaluestore")
        self._version = ""

    def changed(self) -> dict[str, str] | None:
        """All entries, if anything changed since the last look; else None."""
        self._round += 1
        if (self._round - 1) % self._rounds:
            return None
        version = self._client.describe_key_value_store(KvsARN=self._arn)["ETag"]
        if version == self._version:
            return None
        pages = self._client.get_paginator("list_keys").paginate(KvsARN=self._arn, PaginationConfig={"PageSize": PAGE})
        entries = {item["Key"]: item["Value"] for page in pages for item in page["Items"]}
        self._version = version
        return entries


class Invalidations:
    """What was invalidated since this object was made; before that, there was nothing to forget."""

    def __init__(self, client: "CloudFrontClient", distribution_id: str) -> None:
        self._client, self._distribution_id = client, distribution_id
        self._seen = set(self._ids())

    def new(self) -> list[str]:
        """Path patterns of invalidations not seen before."""
        patterns: list[str] = []
        for number in self._ids():
            if number not in self._seen:
                batch = self._client.get_invalidation(DistributionId=self._distribution_id, Id=number)["Invalidation"]
                patterns += batch["InvalidationBatch"]["Paths"].get("Items", [])
                self._seen.add(number)
        return patterns

    def _ids(self) -> list[str]:
        listed = self._client.list_invalidations(DistributionId=self._distribution_id)["InvalidationList"]
        return [item["Id"] for item in listed.get("Items", [])]


async def follow(
    stores: Mapping[str, KeyValueStore],
    invalidations: Invalidations,
    hold: Callable[[dict[str, str], str], Awaitable[None]],
    purge: Callable[[str], None],
) -> None:
    """Keeps the functions' entries and the caches current, at most a second (settings: three) behind, until cancelled.

    While the emulator is away the last entries hold and caches stay as they are; that is said once.
    """
    away = False
    while True:
        try:
            for name, store in stores.items():
                entries = await asyncio.to_thread(store.changed)
                if entries is not None:
                    await hold(entries, name)
            for pattern in await asyncio.to_thread(invalidations.new):
                log.info("invalidated %s", pattern)
                purge(pattern)
            away = False
        except Exception as error:  # whatever it is, the next round tries again
            if not away:
                log.warning("cannot follow the distribution: %r", error)
            away = True
        await asyncio.sleep(EVERY_SECONDS)
