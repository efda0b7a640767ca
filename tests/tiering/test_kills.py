"""A night of 200 objects in which calls are killed: at its end everything is as planned, and nothing was lost."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench._tiering_objects import CACHE, CLASSES, READS_A_DAY, UNREAD, Placed, made
from functions.tiering.move_objects.handler import handler as move_objects
from reelstack.platform import aws as seam
from reelstack.platform import storage
from reelstack.platform.config import Config
from reelstack.tiering import document_keys, history, plan
from reelstack.tiering.moves import Line
from reelstack.tiering.objects import WINDOW_DAYS

OBJECTS, KILLS = 200, 3
TODAY = datetime.now(UTC).date()


class Killed(BaseException):
    """Ends a call between two requests, as the end of its process would: nothing catches it."""


@pytest.fixture
def s3(aws: Config) -> Any:
    client = seam.client("s3")
    client.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    return client


def _fill(s3: Any, placed: list[Placed]) -> None:
    born = TODAY - timedelta(days=100)
    rows = []
    for one in placed:
        more = {"ContentType": "video/mp4", "CacheControl": CACHE, "Metadata": {"number": str(one.number)}}
        stored = CLASSES[one.kind][0]
        s3.put_object(Bucket="media", Key=one.key, Body=one.body, StorageClass=stored, Tagging="a=b", **more)
        reads = (0 if one.kind == "down" else READS_A_DAY * len(one.body),) * WINDOW_DAYS
        rows.append(history.Row(one.key, stored, born, born, reads).as_line())
    yesterday = f"{TODAY - timedelta(days=1)}-1"
    storage.write("media", document_keys.history(yesterday, 0), "".join(sorted(rows)).encode(), "text/plain", "")
    storage.write("media", document_keys.history_end(yesterday), b"", "text/plain", "")
    storage.write_json("media", document_keys.FACTS, {"decay": UNREAD.as_json(), "hot_plays": 0})


def _lines() -> list[Line]:
    made = plan.write_part(plan.Request(run="r", day=TODAY), datetime.now(UTC).timestamp() + 60)
    assert made.done
    return [Line.model_validate_json(line) for line in storage.lines("media", document_keys.plan("r", 0))]


@contextmanager
def _killed_before(s3: Any, request: int) -> Iterator[None]:
    """The call ends before its request of this number."""
    sent = 0

    def count(**_: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == request:
            raise Killed

    s3.meta.events.register("before-call.s3", count)
    try:
        yield
    finally:
        s3.meta.events.unregister("before-call.s3", count)


def _check_playable(s3: Any, placed: list[Placed]) -> None:
    """Every object can be read as it was, and none has more than one extra version."""
    for one in placed:
        answer = s3.get_object(Bucket="media", Key=one.key)
        assert (answer["ETag"], answer["CacheControl"]) == (one.etag, CACHE)
        assert answer["Body"].read() == one.body
    assert max(_versions(s3).values()) <= 2


def _versions(s3: Any) -> Counter[str]:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket="media", Prefix="v/")
    return Counter(version["Key"] for page in pages for version in page["Versions"])


@pytest.mark.engines
def test_after_three_kills_every_object_is_where_it_was_planned_and_nothing_is_lost(s3: Any, context: Any) -> None:
    placed, chance = made(OBJECTS), random.Random(18)
    _fill(s3, placed)
    lines = _lines()
    kinds = Counter(one.kind for one in placed)
    assert sum(len(line.moves) for line in lines) == kinds["down"] + kinds["up"]
    for kill in range(KILLS):
        with _killed_before(s3, chance.randrange(20, 120)), pytest.raises(Killed):
            move_objects(lines[kill % len(lines)].model_dump(), context)
        _check_playable(s3, chance.sample(placed, 20))
    for line in lines:
        assert set(move_objects(line.model_dump(), context)) <= {"moved", "there"}
    _check_playable(s3, placed)
    assert set(_versions(s3).values()) == {1}
    for one in placed:
        head = s3.head_object(Bucket="media", Key=one.key)
        tags = {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket="media", Key=one.key)["TagSet"]}
        assert head["Metadata"] == {"number": str(one.number)}
        if one.kind == "down":  # a rule moves it
            assert tags == {"a": "b", "tier": "cold"}
        else:
            assert tags == {"a": "b"}
            assert head.get("StorageClass", "STANDARD") == "STANDARD"


@pytest.mark.parametrize("request_number", range(1, 7))
def test_a_copy_may_end_before_each_of_its_requests(s3: Any, context: Any, request_number: int) -> None:
    (one,) = [one for one in made(2) if one.kind == "up"]
    _fill(s3, [one])
    (line,) = _lines()
    with _killed_before(s3, request_number), pytest.raises(Killed):
        move_objects(line.model_dump(), context)
    _check_playable(s3, [one])
    move_objects(line.model_dump(), context)
    _check_playable(s3, [one])
    assert _versions(s3) == {one.key: 1}
    assert s3.head_object(Bucket="media", Key=one.key).get("StorageClass", "STANDARD") == "STANDARD"
