"""boto3 clients of the laptop's own cloud, as its administrator."""

from functools import cache
from typing import Any

from local.services import REGION, Services

KEYS = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")


def client(services: Services, service: str) -> Any:
    """A client of `service` at this cloud's endpoint; connects within 3 s, reads within 60 s, tries twice."""
    return _made(services.endpoint_of(service), service, *(services.administrator()[f"AWS_{key}"] for key in KEYS))


@cache
def _made(endpoint: str, service: str, key_id: str, secret: str) -> Any:
    """Kept for the life of the process: a client that is thrown away leaves its sockets open."""
    import boto3
    from botocore.config import Config

    settings = Config(
        connect_timeout=3, read_timeout=60, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
    )
    session: Any = boto3.Session(key_id, secret, region_name=REGION)
    return at_endpoint(session.client(service, endpoint_url=endpoint, config=settings), service, endpoint)


def at_endpoint(made: Any, service: str, endpoint: str) -> Any:
    """The client, which asks a KeyValueStore at this endpoint: boto3 puts the account id before the host's name."""

    def by_path(request: Any, **_: Any) -> None:
        request.url = endpoint.rstrip("/") + request.url[request.url.index("/", len("https://")) :]

    if service == "cloudfront-keyvaluestore":
        made.meta.events.register(f"before-sign.{service}", by_path)
    return made


def physical_ids(services: Services, stack: str) -> dict[str, str]:
    """Logical id → physical id of every resource of a deployed stack."""
    pages = client(services, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if "PhysicalResourceId" in resource
    }
