"""A night of tiering on the deployed cloud: the machine with its Distributed Map, functions with their roles, lifecycle
rules, and what a viewer gets across a move."""

import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from bench._tiering_objects import BYTES, Objects, Placed, made
from local import tiering
from local.places import Places
from reelstack.delivery import tokens
from reelstack.delivery.tokens import SigningKey
from reelstack.tiering import document_keys
from tests.cloud.driver import Driver, eventually

pytestmark = [pytest.mark.cloud, pytest.mark.engines]
OBJECTS = 12


@pytest.fixture
def held(drive: Driver) -> Iterator[Objects]:
    """Six that go down, four that come up, two that stay."""
    objects = Objects(drive.aws("s3"), drive.outputs.endpoint, made(OBJECTS), drive.outputs.buckets["media"])
    for page in objects.s3.get_paginator("list_objects_v2").paginate(
        Bucket=objects.media, Prefix=document_keys.HISTORY
    ):
        for known in page.get(
            "Contents", []
        ):  # of nights that other tests ran today, which would be taken for the last
            objects.s3.delete_object(Bucket=objects.media, Key=known["Key"])
    objects.fill()
    yield objects
    for key in (document_keys.FACTS, *(one.key for one in objects.placed)):
        objects.s3.delete_object(Bucket=objects.media, Key=key)


def url(drive: Driver, one: Placed) -> str:
    answer = drive.aws("secretsmanager").get_secret_value(SecretId=drive.outputs.secrets["playback"])
    ring, now = json.loads(answer["SecretString"]), int(time.time())
    key = SigningKey(ring["current"], ring["keys"][ring["current"]]["secret"])
    return tokens.asset_url(one.video_id, one.key, now, now + 600, key)


def test_a_night_is_planned_limited_and_carried_out_and_no_viewer_notices(
    drive: Driver, places: Places, held: Objects
) -> None:
    kinds = Counter(one.kind for one in held.placed)
    dry = tiering.run(places, {"dry_run": True})
    assert dry["planned"]["by_target"]["STANDARD"] == kinds["up"]
    assert dry["counts"] == {}
    limited = tiering.run(places, {"limit_dollars": 0, "attempt": int(time.time()) + 1})
    assert (limited["planned"]["moves"], limited["planned"]["put_off"]) == (0, dry["planned"]["moves"])

    held.know()  # the limited run found facts of its own, of a dozen objects
    up = next(one for one in held.placed if one.kind == "up")
    before = drive.http.get(url(drive, up), headers={"range": "bytes=0-99"})
    assert (before.status_code, before.headers["etag"]) == (206, up.etag)
    done = tiering.run(places, {"attempt": int(time.time()) + 2})
    assert done["counts"] == {"moved": done["planned"]["moves"]}
    drive.aws("cloudfront").create_invalidation(
        DistributionId=drive.outputs.distribution_id,
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": [f"/v/{up.video_id}/*"]}, "CallerReference": up.video_id},
    )
    asked = {"range": f"bytes=100-{BYTES - 1}", "if-range": before.headers["etag"]}
    after = eventually(
        lambda: drive.http.get(url(drive, up), headers=asked), lambda one: one.headers["x-cache"] == "Miss"
    )
    assert after.headers["x-cache"] == "Miss", "the copy itself is read"
    assert (after.status_code, before.content + after.content) == (206, up.body)
    held.midnight()
    assert {what: keys for what, keys in held.compare().items() if keys} == {}
