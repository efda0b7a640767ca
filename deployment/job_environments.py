"""What the daily jobs run in on EMR Serverless: an interpreter for arm64 and the packages of a job's lock, archived.

Spark unpacks an archive beside each driver and executor as `environment/`. Wheels are those of the target, so neither
an arm machine nor Docker is needed. PySpark itself is left out, since EMR has its own. A key has the hash of the lock;
an archive that is there is not made again. Nothing is put unless all of it was brought.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from deployment.account import Account, stack_outputs
from deployment.errors import EnvironmentNotBuilt, SettingsIncomplete
from infra.engines.job_code import LOCKS, environment_key, lock
from local.places import ROOT
from local.progress import Steps

JOBS = tuple(LOCKS)
PYTHON = "3.11"
"""The version whose wheels the jobs are tested with."""
INTERPRETER = f"cpython-{PYTHON}-linux-aarch64-gnu"
PLATFORM = "aarch64-manylinux_2_28"
OF_EMR = ("pyspark", "py4j")
FETCH_SECONDS = 1800


def put(account: Account, stage: str, steps: Steps) -> list[str]:
    """The keys of all archives, each made if it is not there. Raises SettingsIncomplete or EnvironmentNotBuilt."""
    bucket = stack_outputs(account, stage).get("DataBucket")
    if not bucket:
        raise SettingsIncomplete(f"stage {stage} has no bucket `data`: deploy it with profile full first")
    s3 = account.client("s3")
    for job in JOBS:
        key = environment_key(job)
        with steps.step(f"Environment of {job}"), tempfile.TemporaryDirectory() as scratch:
            if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
                continue
            archive = pack(fetch(job, Path(scratch) / "environment"), Path(scratch) / "environment.tar.gz")
            s3.upload_file(str(archive), bucket, key)
    return [environment_key(job) for job in JOBS]


def fetch(job: str, into: Path) -> Path:
    """The interpreter with the job's packages. Raises EnvironmentNotBuilt."""
    _uv("python", "install", INTERPRETER, "--install-dir", str(into.parent / "interpreters"), "--no-bin")
    (interpreter,) = (into.parent / "interpreters").glob("cpython-*")
    interpreter.resolve().rename(into)
    wanted = into.parent / "packages.txt"
    wanted.write_text(packages(lock(job).read_text()))
    target = into / "lib" / f"python{PYTHON}" / "site-packages"
    made_for = ["--python-version", PYTHON, "--python-platform", PLATFORM, "--only-binary", ":all:"]
    given = ["--requirement", str(wanted), "--require-hashes", "--no-deps", "--target", str(target)]
    _uv("pip", "install", *made_for, *given)
    return into


def packages(locked: str) -> str:
    """The entries of a lock but those that EMR has."""
    entries = re.split(r"\n(?=[a-z])", locked)
    return "\n".join(entry for entry in entries if re.split(r"[=\s\[]", entry)[0] not in OF_EMR) + "\n"


def pack(environment: Path, archive: Path) -> Path:
    """Its content without a folder around it, as spark.archives wants it."""
    with tarfile.open(archive, "w:gz", compresslevel=6) as packed:
        for path in sorted(environment.iterdir()):
            packed.add(path, arcname=path.name)
    return archive


def _uv(*arguments: str) -> None:
    try:
        subprocess.run([str(ROOT / ".venv" / "bin" / "uv"), *arguments], check=True, timeout=FETCH_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise EnvironmentNotBuilt(
            f"uv {arguments[0]} brought not all that a job needs; what it said is above"
        ) from error
