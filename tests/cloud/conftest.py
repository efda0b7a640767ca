"""The running local cloud as these tests drive it."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.up import Cloud
from reelstack_client import Video
from tests.cloud.driver import Driver

LAST_LINES = 60


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """A failure is told with what emulator and edge wrote last: when somebody reads it, the cloud is gone."""
    report = yield
    if report.failed and "places" in getattr(item, "funcargs", {}):
        for file in item.funcargs["places"].logs.glob("[ae]*.log"):  # type: ignore[attr-defined]
            report.sections.append((file.name, "\n".join(file.read_text(errors="replace").splitlines()[-LAST_LINES:])))
    return report


@pytest.fixture(scope="session")
def drive(cloud: Cloud) -> Iterator[Driver]:
    made = Driver(cloud.outputs, cloud.people)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sample(cloud: Cloud) -> Video:
    """The clip that `up` published."""
    assert cloud.sample
    return cloud.sample.video
