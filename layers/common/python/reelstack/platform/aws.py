"""The seam to AWS: every client is made here, once per process, lazily, with timeouts and bounded retries.

`AWS_ENDPOINT_URL` is all that tells a laptop from AWS. A cold import of boto3 costs about 200 ms, so it waits for its
first use.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Patience:
    """How long a service of AWS is waited for, and how often it is asked in all."""

    connect_seconds: float
    read_seconds: float
    attempts: int

    @property
    def seconds(self) -> float:
        """At most, the pauses between attempts left out."""
        return self.attempts * (self.connect_seconds + self.read_seconds)


WORKING = Patience(3, 20, 4)
ANSWERING = Patience(2, 10, 2)
"""Of a process that answers requests: the gateway waits 29 s, and who asks is told in time that storage is slow."""
_patience = [WORKING]


def answer_requests(at_most: Patience = ANSWERING) -> None:
    """From now on this process makes clients that give up before the gateway does."""
    _patience[:] = [at_most]


def patience() -> Patience:
    return _patience[0]


@overload
def client(service: Literal["s3"]) -> S3Client: ...
@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
@overload
def client(service: Literal["events"]) -> EventBridgeClient: ...
@overload
def client(service: Literal["stepfunctions"]) -> SFNClient: ...
@overload
def client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def client(service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
@overload
def client(service: Literal["sns"]) -> SNSClient: ...
@overload
def client(service: str) -> Any: ...
@cache
def client(service: str) -> Any:
    """A boto3 client for `service`, with the process's patience."""
    return _made(service)


@cache
def accelerated_s3() -> S3Client:
    """S3 by Transfer Acceleration, for signing addresses that others will use."""
    made: S3Client = _made("s3", use_accelerate_endpoint=True)
    return made


@cache
def sockets(url: str) -> ApiGatewayManagementApiClient:
    """Posts to the WebSocket connections of the API at `url` (https://, with its stage), as `push_messages` does."""
    made: ApiGatewayManagementApiClient = _brief("apigatewaymanagementapi", endpoint_url=url)
    return made


@cache
def push_messages() -> SNSClient:
    """Publishes to phones. A stream waits for each of these calls and nobody for its answer: it is tried once, for 3 s
    at most."""
    made: SNSClient = _brief("sns")
    return made


@cache
def event_records() -> Any:
    """Puts events into the stream. Tried once, for 3 s at most: the caller tries again with what was refused, and has
    another way when the stream is away."""
    return _brief("kinesis")


@cache
def experiment_configuration() -> Any:
    """Reads AppConfig. Tried once, for 3 s at most, beside answers that wait for nothing of it; the next look is a
    minute later."""
    return _brief("appconfigdata")


def _brief(service: str, **where: str) -> Any:
    import boto3
    from botocore.config import Config as ClientConfig

    brief = ClientConfig(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
    make: Any = boto3.client
    return make(service, config=brief, **where)


def credentials() -> Any:
    """What this process signs requests with that no client of boto3 makes."""
    import boto3

    return boto3.Session().get_credentials()


def _made(service: str, **of_s3: Any) -> Any:
    at: Any = {
        # AWS wants the bucket in the host name; a local endpoint has no such names.
        "addressing_style": "path" if "AWS_ENDPOINT_URL" in os.environ else "virtual",
        # Also in us-east-1: the page's content security policy and the CDN's origin name that host.
        "us_east_1_regional_endpoint": "regional",
        **of_s3,
    }
    import boto3  # not before a client is wanted: the import is half of a cold start
    from botocore.config import Config as ClientConfig

    settings = ClientConfig(
        connect_timeout=patience().connect_seconds,
        read_timeout=patience().read_seconds,
        retries={"mode": "standard", "total_max_attempts": patience().attempts},
        s3=at,
        signature_version="s3v4" if service == "s3" else None,
    )
    make: Any = boto3.client  # typed for every service by its literal name, which is not known here
    made = make(service, config=settings)
    if service == "cloudfront-keyvaluestore" and "AWS_ENDPOINT_URL" in os.environ:
        made.meta.events.register("before-sign.cloudfront-keyvaluestore", _by_path)
    return made


def _by_path(request: Any, **_: Any) -> None:
    """boto3 puts the account id before the host of a KeyValueStore request; a local endpoint has no such names."""
    request.url = os.environ["AWS_ENDPOINT_URL"].rstrip("/") + request.url[request.url.index("/", len("https://")) :]


def error_code(error: Exception) -> str:
    """The AWS error code of a botocore ClientError, or an empty string."""
    return _told(error, "Code")


def error_message(error: Exception) -> str:
    """The text of a botocore ClientError, or an empty string."""
    return _told(error, "Message")


def _told(error: Exception, what: str) -> str:
    response: dict[str, Any] = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get(what, ""))
