"""Which emulator answers for AWS: our own, or one that runs already; LocalStack's addresses are those of its client."""

from pathlib import Path
from urllib.parse import urlsplit

import boto3
import localstack_client.session
import pytest

from local import deploy, endpoints, ports, up
from local.cloud import client
from local.errors import EndpointInvalid, NotReady
from local.places import Places
from local.ports import Ports
from local.services import Services
from local.status import read
from local.up import Cloud

CALLED = ("s3", "ssm", "cloudformation", "cognito-idp", "lambda", "cloudfront", "dynamodb", "sqs", "stepfunctions")


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REELSTACK_ENDPOINT", "AWS_ENDPOINT_URL", "LOCALSTACK_HOST", "USE_SSL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_word_it_is_our_own(tmp_path: Path) -> None:
    assert endpoints.choose(tmp_path / "endpoint") is None
    services = Services(Places(tmp_path), Ports(aws=4577, edge=2, cache=3, search=4))
    assert services.endpoint == "http://127.0.0.1:4577"


def test_every_service_of_localstack_is_asked_where_its_own_client_would_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "stack.example:4577")
    places = Places(tmp_path)
    endpoints.keep(places.endpoint, endpoints.choose(places.endpoint, "localstack"))
    services = Services(places, Ports(aws=1, edge=2, cache=3, search=4))
    theirs = localstack_client.session.Session()
    for service in CALLED:
        assert client(services, service).meta.endpoint_url == theirs.client(service).meta.endpoint_url
    assert services.administrator()["AWS_ENDPOINT_URL"] == "http://stack.example:4577"


def test_the_choice_is_kept_until_another_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = tmp_path / "endpoint"
    endpoints.keep(saved, endpoints.choose(saved, "http://127.0.0.1:4599/"))
    assert endpoints.choose(saved) == "http://127.0.0.1:4599"
    monkeypatch.setenv("REELSTACK_ENDPOINT", "http://127.0.0.1:4600")
    assert endpoints.choose(saved) == "http://127.0.0.1:4600"
    endpoints.keep(saved, endpoints.choose(saved, "ministack"))
    assert not saved.exists()


@pytest.mark.parametrize(("named", "host"), [("localhost", ""), ("ftp://x", ""), ("localstack", "stack:port")])
def test_what_is_no_address_is_refused(tmp_path: Path, named: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", host or "localhost:4566")
    with pytest.raises(EndpointInvalid):
        endpoints.choose(tmp_path / "endpoint", named)


def test_an_emulator_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.services.READY_SECONDS", 0)
    monkeypatch.setenv("REELSTACK_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NotReady, match=r"http://127\.0\.0\.1:9/_localstack/health"):
        Services(Places(tmp_path), Ports(aws=1, edge=2, cache=3, search=4)).start_aws()


@pytest.mark.cloud
def test_what_another_emulator_has_is_found_there_and_nothing_is_started_or_stopped(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator of the running cloud stands for a LocalStack: it answers at the same addresses."""
    address = urlsplit(cloud.outputs.endpoint)
    monkeypatch.setenv("LOCALSTACK_HOST", f"{address.hostname}:{address.port}")
    theirs, places = boto3.Session("test", "test", region_name=cloud.outputs.region), Places(tmp_path)
    places.make()
    assert address.port
    endpoints.keep(places.endpoint, endpoints.choose(places.endpoint, "localstack"))
    services = Services(places, Ports(aws=address.port, edge=2, cache=3, search=4))
    assert services.start_aws() is False
    assert deploy.deployed_fingerprint(services)
    named = {bucket["Name"] for bucket in client(services, "s3").list_buckets()["Buckets"]}
    assert set(cloud.outputs.buckets.values()) <= named
    (aws, *_) = read(places).services
    assert (aws.up, aws.port, aws.pid) == (True, address.port, None)
    edge, cache, search = ports.free(3)
    up._check(Services(places, Ports(aws=address.port, edge=edge, cache=cache, search=search)))
    assert up.down(places) == []
    assert theirs.client("sts", endpoint_url=cloud.outputs.endpoint).get_caller_identity()["Account"]
