"""The search indexes: which there are, what is written into them, what is asked of them.

    <kind>          alias of the index that is searched
    <kind>-fed      alias of those that are written: the one above, and while it is rebuilt its successor
    <kind>-<time>   an index, and the version of what a rebuild writes into it: older than whatever a stream writes

Versions are times at which a writer began, before it read what it writes. So whoever began later read what is newer,
and a write that comes late, twice or out of order is refused by the index.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.search.documents import MAPPINGS, SETTINGS, Document, SearchKind
from reelstack.search.errors import SearchDisabled, SearchUnavailable
from reelstack.search.queries import Body

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

SEARCH_SECONDS = 2
ANONYMOUS = "anonymous"
WRITE_SECONDS, LOOK_SECONDS = 20, 1
AT_ONCE = 100
"""Documents of one bulk request: at most about 2 MB of the 10 MB that the smallest nodes take."""
FIRST = 0
"""The time of an index that no rebuild made."""
NEWER_IS_THERE, NOT_THERE = 409, 404
BUSY = (429, 502, 503, 504)


def there() -> bool:
    """Whether this stage has a search engine: profile `core` has none."""
    return bool(config().search_url)


@cache
def connected(url: str) -> OpenSearch:
    """The process's client; at AWS it signs what it sends as this function."""
    import opensearchpy

    signed = url.startswith("https://")
    return opensearchpy.OpenSearch(
        [url],
        http_auth=opensearchpy.Urllib3AWSV4SignerAuth(aws.credentials(), config().region, "es") if signed else None,
        connection_class=opensearchpy.Urllib3HttpConnection,
        verify_certs=signed,
        timeout=SEARCH_SECONDS,
        max_retries=1,
        http_compress=not signed,
    )


@contextmanager
def _engine() -> Iterator[OpenSearch]:
    """Raises SearchDisabled without a search engine, SearchUnavailable while it does not answer."""
    if not there():
        raise SearchDisabled
    import opensearchpy

    try:
        yield connected(config().search_url)
    except opensearchpy.exceptions.TransportError as error:
        if isinstance(error, opensearchpy.exceptions.ConnectionError) or error.status_code in BUSY:
            logger.warning("the search engine did not answer", error=str(error))
            count("SearchDown")
            raise SearchUnavailable from error
        raise


def active_share() -> float | None:
    """Active shards of all indexes, 0 to 1; None if the engine did not answer in LOOK_SECONDS.

    An engine of one node has nowhere to put copies, and lacks nothing without them."""
    try:
        with _engine() as engine:
            told = engine.cluster.health(params={"timeout": "1s"}, request_timeout=LOOK_SECONDS)
    except (SearchUnavailable, SearchDisabled):
        return None
    if told["number_of_data_nodes"] == 1 and told["status"] != "red":
        return 1.0
    return float(told["active_shards_percent_as_number"]) / 100


# --- asking ----------------------------------------------------------------------------------------------------------


def ask(kind: SearchKind, body: Body, asker: str | None) -> list[str]:
    """Ids of what fits, in order. `asker`: who pages on meets the same copies, and so the same order. All anonymous
    readers share theirs."""
    with _engine() as engine:
        answer = engine.search(
            index=kind, body=body, params={"preference": asker or ANONYMOUS, "ignore_unavailable": "true"}
        )
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def named(kind: SearchKind, *, fed: bool = False) -> list[str]:
    """Names of the indexes that are searched, or of those that are written."""
    import opensearchpy

    with _engine() as engine:
        try:
            return sorted(engine.indices.get_alias(name=f"{kind}-fed" if fed else kind))
        except opensearchpy.exceptions.NotFoundError:
            return []


# --- writing ---------------------------------------------------------------------------------------------------------


def fed(kind: SearchKind) -> list[str]:
    """The indexes that a change goes into; on a new stage the first one is made now."""
    names = named(kind, fed=True) or [make(kind, FIRST, searched=True)]
    for name in names:
        _add_fields(config().search_url, kind, name)
    return names


@cache
def _add_fields(url: str, kind: SearchKind, name: str) -> None:  # noqa: ARG001  # the same name of another engine
    """Adds the fields of this version to an index that an earlier one made: it refuses documents with fields that it
    does not know. What is in it has none of them until it changes, or until the index is built anew."""
    with _engine() as engine:
        engine.indices.put_mapping(index=name, body={"properties": MAPPINGS[kind]["properties"]})


def make(kind: SearchKind, time: int, *, searched: bool) -> str:
    """An empty index that is fed from now on. Twice is once. Returns its name."""
    import opensearchpy

    name = f"{kind}-{time}"
    aliases: dict[str, Any] = {f"{kind}-fed": {}, **({str(kind): {}} if searched else {})}
    with _engine() as engine:
        try:
            engine.indices.create(
                index=name, body={"settings": SETTINGS, "mappings": MAPPINGS[kind], "aliases": aliases}
            )
        except opensearchpy.exceptions.RequestError as refused:
            if refused.error != "resource_already_exists_exception":
                raise
    return name


def write(names: Collection[str], documents: Mapping[str, Document | None], version: int) -> set[str]:
    """Puts documents into each of the indexes, or takes out where there is None. Returns the ids it did not take."""
    return write_each(names, documents, dict.fromkeys(documents, version))


def write_each(
    names: Collection[str], documents: Mapping[str, Document | None], versions: Mapping[str, int]
) -> set[str]:
    """The same with a version for each document."""
    failed: set[str] = set()
    pairs = [(name, key) for name in names for key in documents]
    for start in range(0, len(pairs), AT_ONCE):
        lines: list[Document] = []
        for name, key in pairs[start : start + AT_ONCE]:
            document = documents[key]
            how = {"_index": name, "_id": key, "version": versions[key], "version_type": "external_gte"}
            lines += [{"delete": how}] if document is None else [{"index": how}, document]
        with _engine() as engine:
            answer = engine.bulk(
                body="".join(json.dumps(line) + "\n" for line in lines), params={"request_timeout": WRITE_SECONDS}
            )
        failed |= {one["_id"] for item in answer["items"] for verb, one in item.items() if not _took(verb, one)}
    if failed:
        count("SearchRefused", len(failed))
    return failed


def _took(verb: str, answer: dict[str, Any]) -> bool:
    status = int(answer["status"])
    if status >= 300 and status != NEWER_IS_THERE and not (verb == "delete" and status == NOT_THERE):
        logger.error("the index did not take a document", id=answer["_id"], error=answer.get("error"))
        return False
    return True


# --- copying ---------------------------------------------------------------------------------------------------------


# --- replacing -------------------------------------------------------------------------------------------------------


def drop_unfinished(kind: SearchKind) -> None:
    """Deletes indexes that are not searched: of rebuilds that were not ended."""
    searched = named(kind)
    with _engine() as engine:
        every = [name for name in engine.indices.get_alias() if name.startswith(f"{kind}-")]
        for name in sorted(set(every) - set(searched)):
            engine.indices.delete(index=name, params={"ignore_unavailable": "true"})


def take_over(kind: SearchKind, name: str) -> None:
    """From now on this index is the one that is searched and written; all at once, and the others are gone.

    Raises SearchUnavailable while a primary shard of it is assigned to no node: it could not be searched.
    """
    others = sorted({*named(kind), *named(kind, fed=True)} - {name})
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": str(kind)}}]
    actions += [{"remove_index": {"index": other}} for other in others]
    with _engine() as engine:
        engine.cluster.health(index=name, params={"wait_for_status": "yellow"})  # or SEARCH_SECONDS are over
        engine.indices.refresh(index=name)
        engine.indices.update_aliases(body={"actions": actions})
