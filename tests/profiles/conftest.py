"""Spark's tests look at one run, which takes a minute: all of them are in one group, thus in one process."""

import subprocess

import pytest

from tests.profiles.spark_world import ROOT, World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    subprocess.run(["python3", "local/bootstrap.py", "spark"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return World(tmp_path_factory.mktemp("spark"))
