"""`reelstack up --endpoint localstack` reaches AWS where LocalStack's own client looks for it: here, the emulator."""

import pytest

from local import outputs, ports
from local.choices import Choices
from local.cloud import client
from local.places import Places
from local.services import Services
from tests.cloud.driver import Driver

pytestmark = pytest.mark.cloud


def test_a_localstack_that_runs_already_is_used_and_not_started(
    drive: Driver, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = ports.choose(places.ports, {})
    monkeypatch.setenv("LOCALSTACK_HOST", f"127.0.0.1:{chosen.aws}")
    services = Services(places, chosen, Choices(endpoint="localstack"))
    assert not services.start_aws()
    buckets = {bucket["Name"] for bucket in client(services, "s3").list_buckets()["Buckets"]}
    assert set(drive.outputs.buckets.values()) <= buckets
    assert outputs.collect(services) == drive.outputs
