"""Archives that the daily jobs run in: the packages of a job's lock without EMR's own, once for each lock."""

import tarfile
from pathlib import Path

import pytest
from moto import mock_aws

from deployment import job_environments
from deployment.account import Account
from deployment.errors import SettingsIncomplete
from infra.engines import job_code
from local.progress import Steps
from tests.support.fast_moto import REGION


def test_the_packages_are_those_of_the_lock_but_pyspark() -> None:
    locked = job_code.lock("profiles").read_text()
    kept = job_environments.packages(locked)
    assert "\npyspark==" in locked
    assert "pyspark==" not in kept
    assert "\npy4j==" not in kept
    assert "\npyarrow==" in kept
    assert kept.count("--hash=") > 50


def test_an_archive_has_no_folder_around_its_content(tmp_path: Path) -> None:
    (tmp_path / "environment" / "bin").mkdir(parents=True)
    (tmp_path / "environment" / "bin" / "python").write_text("x")
    packed = job_environments.pack(tmp_path / "environment", tmp_path / "a.tar.gz")
    with tarfile.open(packed) as archive:
        assert archive.getnames() == ["bin", "bin/python"]


def test_each_job_has_a_key_that_follows_from_its_lock() -> None:
    keys = [job_code.environment_key(job) for job in job_environments.JOBS]
    assert len({*keys}) == 2
    assert all(key.startswith("jobs/environments/") and key.endswith(".tar.gz") for key in keys)


def test_a_stage_without_the_bucket_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws(), pytest.raises(SettingsIncomplete, match="profile full"):
        job_environments.put(Account(REGION), "dev", Steps(2))
