"""An account that answers as the test says, each answer held against the service's own model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from deployment.account import Account
from infra.settings import Settings
from infra.stages import STAGES

REGION = "eu-central-1"


@dataclass(frozen=True)
class Answering(Account):
    """`said`: (service, region) -> a client with a Stubber that answers in the order of `answer` and `refuse`."""

    said: dict[tuple[str, str], tuple[Any, Stubber]] = field(default_factory=dict, hash=False)

    def client(self, service: str, region: str | None = None) -> Any:
        return self._made(service, region)[0]

    def answer(self, service: str, operation: str, response: Any, *, region: str | None = None, **asked: Any) -> None:
        self._made(service, region)[1].add_response(operation, response, asked or None)

    def refuse(self, service: str, operation: str, code: str, *, region: str | None = None) -> None:
        self._made(service, region)[1].add_client_error(operation, code)

    def _made(self, service: str, region: str | None) -> tuple[Any, Stubber]:
        key = (service, region or self.region)
        if key not in self.said:
            session: Any = boto3.Session("test", "test", region_name=key[1])
            client = session.client(service)
            stubber = Stubber(client)
            stubber.activate()
            self.said[key] = (client, stubber)
        return self.said[key]


@pytest.fixture
def account() -> Iterator[Answering]:
    made = Answering(REGION)
    yield made
    for client, stubber in made.said.values():
        stubber.assert_no_pending_responses()
        client.close()


@pytest.fixture
def settings() -> Settings:
    return STAGES["dev"].model_copy(update={"account": "123456789012", "region": REGION})


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Clients of an empty account in moto."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made: list[Any] = []

        def client(service: str) -> Any:
            make: Any = boto3.client
            made.append(make(service, region_name="us-east-1"))
            return made[-1]

        yield client
        for one in made:
            one.close()
