"""The zip that Managed Flink runs: the job, what it uses of `reelstack`, the Valkey client, and the Kinesis connector.

    main.py                 the entry: it calls jobs.interests.main
    python/                 added to the path of the job and of its Python workers (`pyFiles`)
    lib/connectors.jar      what jobs/interests/pom.xml builds: the connector with the AWS SDK, shaded

Nothing is installed there with pip, so everything is in the zip. Two builds of the same sources are the same bytes: the
order, the dates and the permissions of its entries are fixed. Without the jar (a registry may not serve the connector)
a zip can be made for templates, which says so; `require_connector` is what a deployment asks first.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from infra import ROOT

ENTRY, JAR, PYTHON = "main.py", "lib/connectors.jar", "python/"
JOB = ROOT / "jobs" / "interests"
BUILT = ROOT / "build" / "interests" / "connectors.jar"
OURS = ROOT / "layers" / "common" / "python"
MODULES = (
    "reelstack/__init__.py",
    "reelstack/behavior",
    "reelstack/media",
    "reelstack/feed/__init__.py",
    "reelstack/feed/features.py",
    "reelstack/feed/live_signals.py",
    "reelstack/feed/scores.py",
)
"""What the job may import (pyproject.toml)."""
CLIENT = "valkey"
MOVED = (1980, 1, 1, 0, 0, 0)
"""The date of every entry: a zip knows none before."""
MAIN = '''"""The entry that Managed Flink starts; the job itself is in python/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "python"))

from jobs.interests.main import main

main([])
'''
MAVEN_SECONDS = 900
LIMIT_BYTES = 512 * 1024 * 1024
"""What Managed Flink takes as a zip."""


class ConnectorMissing(RuntimeError):
    """The Kinesis connector is not built, so the job could read no stream on AWS."""


def best() -> Path:
    """A zip with the connector if it was built, else one without it, which only serves templates and says so."""
    jar = built_jar()
    if jar is None:
        _say("interests: zip without the Kinesis connector, for templates only; `reelstack deploy` builds it first")
    return made(jar)


def require_connector() -> Path:
    """The connector's jar, built now if it is not there. Raises ConnectorMissing."""
    if jar := built_jar():
        return jar
    pom = JOB / "pom.xml"
    maven = shutil.which("mvn")
    if not pom.exists() or maven is None:
        raise ConnectorMissing(
            "profile full needs the Kinesis connector of jobs/interests, which Maven builds, and "
            + (
                f"there is no {pom.relative_to(ROOT)}"
                if maven
                else "there is no mvn on PATH: install Maven and Java 17"
            )
        )
    _say("interests: mvn package")
    command = [maven, "--batch-mode", "--quiet", "-f", str(pom), "package"]
    done = subprocess.run(command, timeout=MAVEN_SECONDS, stdout=sys.stderr, check=False)
    jar = built_jar()
    if done.returncode or jar is None:
        raise ConnectorMissing(
            "Maven could not build the Kinesis connector of jobs/interests (what it said is above): the registry in "
            "use may not serve org.apache.flink:flink-connector-aws-kinesis-streams. Name one that does in "
            "~/.m2/settings.xml, or put a jar built elsewhere at build/interests/connectors.jar"
        )
    return jar


def built_jar() -> Path | None:
    """What the last build of jobs/interests/pom.xml made, or somebody put there."""
    return BUILT if BUILT.exists() else None


def made(jar: Path | None) -> Path:
    """The zip of the checkout as it is, in the user's cache; its name follows from its content."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack" / "interests"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache, delete=False) as scratch:
        write(Path(scratch.name), jar)
    place = cache / f"{hashlib.sha256(Path(scratch.name).read_bytes()).hexdigest()[:16]}.zip"
    return Path(scratch.name).replace(place)


def write(target: Path, jar: Path | None) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted(_entries(jar)):
            entry = zipfile.ZipInfo(name, MOVED)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content if isinstance(content, bytes) else content.read_bytes())


def _entries(jar: Path | None) -> Iterator[tuple[str, bytes | Path]]:
    yield ENTRY, MAIN.encode()
    yield f"{PYTHON}jobs/__init__.py", ROOT / "jobs" / "__init__.py"
    for path in _files(JOB):
        yield f"{PYTHON}{path.relative_to(ROOT)}", path
    for module in MODULES:
        for path in _files(OURS / module):
            yield f"{PYTHON}{path.relative_to(OURS)}", path
    client = _client()
    for path in _files(client):
        yield f"{PYTHON}{path.relative_to(client.parent)}", path
    if jar:
        yield JAR, jar


def _files(root: Path) -> list[Path]:
    """Sources and SQL: no byte code, no Java, nothing that Maven made."""
    if root.is_file():
        return [root]
    return [
        path
        for path in root.rglob("*")
        if path.is_file()
        and path.suffix in (".py", ".sql", ".json", ".typed")
        and not {"__pycache__", "target"} & set(path.relative_to(root).parts)
    ]


def _client() -> Path:
    """The Valkey client of this environment: pure Python, of the version that requirements/run.txt locks."""
    import valkey

    assert valkey.__file__
    return Path(valkey.__file__).parent


def _say(line: str) -> None:
    """On stderr: `cdk synth` writes templates to stdout."""
    print(line, file=sys.stderr, flush=True)
