"""The edge of the deployed cloud: what the AWS APIs say about the distribution is what viewers meet."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest

from local.up import Cloud

pytestmark = pytest.mark.cloud
SECONDS = 3


@pytest.fixture
def cloudfront(cloud: Cloud) -> Iterator[Any]:
    session = boto3.Session("test", "test", region_name=cloud.outputs.region)
    client = session.client("cloudfront", endpoint_url=cloud.outputs.endpoint)
    yield client
    client.close()


def master(cloud: Cloud) -> str:
    """A new address: the one that `up` gave is signed by a key that tests of months may have retired."""
    assert cloud.sample is not None
    found = httpx.get(f"{cloud.outputs.edge_url}/v1/videos/{cloud.sample.video.video_id}/playback")
    return str(httpx.URL(cloud.outputs.edge_url).join(found.raise_for_status().json()["master_url"]))


def test_an_invalidation_reaches_the_edge_within_seconds(cloud: Cloud, cloudfront: Any) -> None:
    address = master(cloud)
    httpx.get(address)
    assert httpx.get(address).headers["x-cache"] == "Hit from edge"
    assert cloud.sample is not None
    cloudfront.create_invalidation(
        DistributionId=cloud.outputs.distribution_id,
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": [f"/v/{cloud.sample.video.video_id}/*"]},
            "CallerReference": uuid.uuid4().hex,
        },
    )
    deadline = time.monotonic() + SECONDS
    # The edge keeps playlists for longer than this waits, so a miss can only be the invalidation.
    while httpx.get(address).headers["x-cache"] != "Miss":
        assert time.monotonic() < deadline, f"still cached after {SECONDS} s"
        time.sleep(0.05)


def test_the_media_bucket_answers_the_edge_and_nobody_else(cloud: Cloud) -> None:
    assert httpx.get(master(cloud)).status_code == 200
    assert cloud.sample is not None
    video = cloud.sample.video
    key = f"v/{video.video_id}/{video.attempt}/master.m3u8"
    assert httpx.get(f"{cloud.outputs.endpoint}/{cloud.outputs.buckets['media']}/{key}").status_code == 403
    assert httpx.get(f"{cloud.outputs.edge_url}/{key}").status_code == 403


def test_the_page_comes_with_its_content_security_policy_and_its_configuration(cloud: Cloud) -> None:
    page = httpx.get(cloud.outputs.web_url)
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    told = httpx.get(f"{cloud.outputs.web_url}config.json").json()
    assert (told["client_id"], told["auth"], told["creators"]) == (cloud.outputs.client_id, "password", "invited")
