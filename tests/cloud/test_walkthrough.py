"""Everything that people do works in both profiles: `core` is what stage dev is deployed as."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import valkey

from local import outputs, people, ports
from local.places import Places
from tests.cloud.driver import Driver, problem
from tests.cloud.walkthrough import walk

pytestmark = pytest.mark.cloud

ENGINES = ("REELSTACK_CACHE_URL", "REELSTACK_SEARCH_URL")
"""Where a function's environment names the engines that only profile full has."""


def environments(drive: Driver) -> dict[str, dict[str, str]]:
    """Of those functions that are told of an engine, even if there is none."""
    pages = drive.aws("lambda").get_paginator("list_functions").paginate()
    made = {one["FunctionName"]: one["Environment"]["Variables"] for page in pages for one in page["Functions"]}
    return {name: variables for name, variables in made.items() if variables.keys() & set(ENGINES)}


@pytest.fixture
def drive_without_engines(drive: Driver) -> Iterator[Driver]:
    """The running cloud with its functions as profile core has them.

    Nothing else differs: test_the_profiles_of_a_laptop_differ_in_two_addresses_only. The walk takes 11 s of processor
    time so, and 77 s in a cloud of its own.
    """
    before = environments(drive)
    try:
        for name, variables in before.items():
            without = variables | dict.fromkeys(variables.keys() & set(ENGINES), "")
            _configure(drive, name, without)
        yield drive
    finally:
        for name, variables in before.items():
            _configure(drive, name, variables)
        with valkey.Valkey.from_url(drive.outputs.cache_url) as cache:
            cache.flushall()  # what was written meanwhile, it was not told


def _configure(drive: Driver, name: str, variables: dict[str, str]) -> None:
    drive.aws("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.mark.engines  # for its minutes: `make test` has a test of every part of it
def test_everything_that_people_do_works_in_profile_full(drive: Driver, tmp_path: Path) -> None:
    walk(drive, tmp_path)


@pytest.mark.engines
def test_everything_that_people_do_works_without_cache_and_search(
    drive_without_engines: Driver, tmp_path: Path
) -> None:
    assert search_is_off(drive_without_engines)
    walk(drive_without_engines, tmp_path)


@pytest.mark.engines
@pytest.mark.timeout(600)
def test_a_cloud_of_profile_core_is_started_used_and_stopped(tmp_path: Path, drive: Driver) -> None:
    places = Places(tmp_path / "core")
    chosen = dict(zip(ports.DEFAULTS, ports.free(len(ports.DEFAULTS)), strict=True))

    def reelstack(*words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *words, "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
            env={**os.environ, "REELSTACK_LOCAL_DIR": str(places.home)},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    flags = [word for name, port in chosen.items() for word in (f"--{name}-port", str(port))]
    try:
        reelstack("up", "--profile", "core", "--no-sample", *flags)
        core = Driver(outputs.read(places), people.read(places))
        state = reelstack("status")
        assert (state["profile"], {one["name"]: one["up"] for one in state["services"]}) == (
            "core",
            {"aws": True, "edge": True},
        )
        told = environments(core)
        assert {name: set(variables) for name, variables in told.items()} == {
            name: set(variables) for name, variables in environments(drive).items()
        }
        assert not any(variables.get(one) for variables in told.values() for one in ENGINES)
        assert search_is_off(core)
        walk(core, tmp_path)
        core.close()
    finally:
        subprocess.run(
            [sys.executable, "-m", "cli.main", "down"],
            check=True,
            timeout=120,
            env={**os.environ, "REELSTACK_LOCAL_DIR": str(places.home)},
        )
    assert not any(one["up"] for one in reelstack("status")["services"])


def search_is_off(drive: Driver) -> bool:
    return problem(drive.call("GET", "/v1/search/videos?q=clip", user="bob")) == (404, "search-disabled")
