"""Addresses of parts by each path: S3 itself, Transfer Acceleration, a CDN in front of the bucket."""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config

MIB = 1024 * 1024
SITE = "https://clips.example.com"
BUCKETS = {"parts": "uploads", "chunks": "intermediates"}
HOSTS = {mode: f"{bucket}.s3.us-east-1.amazonaws.com" for mode, bucket in BUCKETS.items()}


@pytest.fixture
def address(
    call: Callable[..., Any], aws: Config, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, str], str]]:
    """address(path, mode): where the first part of a new upload goes."""

    def first(path: str, mode: str) -> str:
        monkeypatch.setenv("REELSTACK_UPLOAD_PATH", path)
        config.cache_clear()
        body = {"title": "t", "size_bytes": MIB, "content_type": "video/mp4", "mode": mode}
        url: str = call("uploads", "POST", "/v1/uploads", body=body).json["parts"][0]["url"]
        return url

    yield first
    seam.accelerated_s3.cache_clear()


def verifies(url: str, host: str) -> bool:
    """What S3 does with a presigned PUT that reaches it under `host`: signs it again and compares."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    given = query.pop("X-Amz-Signature")
    headers = {"host": host, "content-length": str(MIB)}
    signed = query["X-Amz-SignedHeaders"].split(";")
    asked = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(query.items()))
    lines = "".join(f"{name}:{headers[name]}\n" for name in signed)
    canonical = "\n".join(["PUT", parts.path, asked, lines, ";".join(signed), "UNSIGNED-PAYLOAD"])
    scope = query["X-Amz-Credential"].split("/", 1)[1]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], scope, digest])
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest() == given


@pytest.mark.parametrize("mode", ["parts", "chunks"])
def test_by_default_parts_go_to_the_buckets_own_regional_host(address: Callable[[str, str], str], mode: str) -> None:
    url = address("s3", mode)
    assert urlsplit(url).netloc == HOSTS[mode]
    assert verifies(url, HOSTS[mode])


@pytest.mark.parametrize("mode", ["parts", "chunks"])
def test_by_acceleration_they_go_to_the_accelerated_host(address: Callable[[str, str], str], mode: str) -> None:
    url = address("acceleration", mode)
    assert urlsplit(url).netloc == f"{BUCKETS[mode]}.s3-accelerate.amazonaws.com"
    assert verifies(url, f"{BUCKETS[mode]}.s3-accelerate.amazonaws.com")


@pytest.mark.parametrize(("mode", "prefix"), [("parts", "/originals/normal/"), ("chunks", "/chunks/")])
def test_by_the_cdn_they_go_to_the_site_and_verify_at_the_bucket_behind_it(
    address: Callable[[str, str], str], mode: str, prefix: str
) -> None:
    url = address(SITE, mode)
    assert url.startswith(SITE + prefix)
    assert verifies(url, HOSTS[mode]), "the CDN asks the bucket under the bucket's own name"
    assert not verifies(url, "clips.example.com")
