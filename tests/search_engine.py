"""A search engine for tests: osmem-server, as on a laptop, one for a worker; each test finds it empty."""

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local import ports, programs
from local.processes import wait_until
from reelstack import search_indexes
from reelstack.config import PREFIX, Config, config
from reelstack.search_documents import SearchKind


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    (port,) = ports.free(1)
    url = f"http://127.0.0.1:{port}"
    argv = [str(programs.search_server()), "-addr", f"127.0.0.1:{port}", "-no-ja", "-parent-pid", str(os.getpid())]
    process = subprocess.Popen([*argv, "-no-stdin-watch"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: not ports.is_free(port), 20)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def engine(engine_url: str, aws: Config, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its address, after everything in it was deleted; `aws` with search."""
    empty(engine_url)
    monkeypatch.setenv(f"{PREFIX}SEARCH_URL", engine_url)
    config.cache_clear()
    return engine_url


def empty(url: str) -> None:
    for name in httpx.get(f"{url}/_alias").json():
        httpx.delete(f"{url}/{name}").raise_for_status()


def refresh(url: str) -> None:
    """Makes what was written be found now, not within a second."""
    httpx.post(f"{url}/_all/_refresh").raise_for_status()


def content(url: str, kind: SearchKind) -> dict[str, Any]:
    """Every document of the index that is searched, by id."""
    refresh(url)
    (name,) = search_indexes.named(kind)
    hits = httpx.post(f"{url}/{name}/_search", json={"size": 1000, "query": {"match_all": {}}}).json()["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}
