"""Search engines for tests, one of a kind for a worker; each test finds it empty: osmem-server, as on a laptop, and
for `make test-engines` the same tests over OpenSearch itself, of the version in infra/engines/search_domain.py.

OpenSearch comes from Maven Central, without plugins and security; its own module of analyzers comes by itself. It does
not run as root, so there it is nobody.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import ports, programs
from local.processes import wait_until
from reelstack.platform.config import PREFIX, Config, config
from reelstack.search import indexes
from reelstack.search.documents import SearchKind

OPENSEARCH = "2.19.3"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
ENGINE_ARTIFACT = f"org.opensearch.distribution.integ-test-zip:opensearch:{OPENSEARCH}:zip"
ANALYZERS_ARTIFACT = f"org.opensearch.plugin:analysis-common:{OPENSEARCH}"
ANALYZERS = f"""
name=analysis-common
description=Analyzers, tokenizers and filters
version={OPENSEARCH}
opensearch.version={OPENSEARCH}
java.version=11
classname=org.opensearch.analysis.common.CommonAnalysisPlugin
"""
SETTINGS = """
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
cluster.routing.allocation.disk.threshold_enabled: false
"""
NOBODY = 65534
FETCH_SECONDS, START_SECONDS = 280, 120


@pytest.fixture(scope="session", params=["osmem", pytest.param("opensearch", marks=pytest.mark.engines)])
def engine_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with {"osmem": osmem, "opensearch": opensearch}[request.param]() as url:
        yield url


@contextmanager
def osmem() -> Iterator[str]:
    (port,) = ports.free(1)
    argv = [str(programs.search_server()), "-addr", f"127.0.0.1:{port}", "-no-ja", "-parent-pid", str(os.getpid())]
    process = subprocess.Popen([*argv, "-no-stdin-watch"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: not ports.is_free(port), 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def opensearch() -> Iterator[str]:
    from infra.engines.search_domain import ENGINE  # it brings the whole of the CDK, which no test of a handler needs

    assert f"OpenSearch_{OPENSEARCH.rpartition('.')[0]}" == ENGINE
    port, transport = ports.free(2)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="reelstack-opensearch-") as name:
        folder = Path(name)
        home = _unpacked(folder)
        (home / "config/opensearch.yml").write_text(SETTINGS.format(port=port, transport=transport))
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        process = subprocess.Popen(
            [str(home / "bin/opensearch")],
            cwd=home,
            env={
                "PATH": os.defpath,
                "OPENSEARCH_JAVA_HOME": str(Path(str(shutil.which("java"))).resolve().parent.parent),
                "OPENSEARCH_JAVA_OPTS": "-Xms512m -Xmx512m",
                "OPENSEARCH_TMPDIR": str(home / "logs"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **user,
        )
        try:
            answered = wait_until(lambda: process.poll() is not None or _answers(url), START_SECONDS)
            if not answered or process.poll() is not None:
                pytest.fail("\n".join(log.read_text()[-2000:] for log in home.glob("logs/*.log")))
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _unpacked(folder: Path) -> Path:
    """OpenSearch's folder. Maven keeps what it fetched."""
    if shutil.which("mvn") is None or shutil.which("java") is None:
        pytest.skip("OpenSearch is fetched by Maven and needs Java 11 or later")
    _fetch(ENGINE_ARTIFACT, folder)
    home = folder / f"opensearch-{OPENSEARCH}"
    shutil.unpack_archive(home.with_name(f"{home.name}.zip"), folder)
    analyzers = home / "modules/analysis-common"
    _fetch(ANALYZERS_ARTIFACT, analyzers)
    (analyzers / "plugin-descriptor.properties").write_text(ANALYZERS)
    for program in (home / "bin").iterdir():
        program.chmod(0o755)
    return home


def _fetch(artifact: str, folder: Path) -> None:
    copy = ["mvn", "--quiet", "--batch-mode", COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
    subprocess.run(copy, check=True, timeout=FETCH_SECONDS, stdin=subprocess.DEVNULL)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_cluster/health", params={"wait_for_status": "yellow"}).is_success
    except httpx.TransportError:
        return False


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
    (name,) = indexes.named(kind)
    hits = httpx.post(f"{url}/{name}/_search", json={"size": 1000, "query": {"match_all": {}}}).json()["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}
