"""The running local cloud as these tests drive it."""

from collections.abc import Iterator

import pytest

from local.up import Cloud
from reelstack_client import Video
from tests.cloud.driver import Driver


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
