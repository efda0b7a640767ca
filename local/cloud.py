"""boto3 clients of the laptop's own cloud, as its administrator."""

from typing import Any

from local.services import REGION, Services


def client(services: Services, service: str) -> Any:
    """A client of `service` at this cloud's endpoint; connects within 3 s, reads within 60 s, tries twice."""
    import boto3
    from botocore.config import Config

    settings = Config(
        connect_timeout=3, read_timeout=60, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
    )
    keys = services.administrator()
    session: Any = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    return session.client(service, endpoint_url=services.endpoint, config=settings)


def physical_ids(services: Services, stack: str) -> dict[str, str]:
    """Logical id → physical id of every resource of a deployed stack."""
    pages = client(services, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if "PhysicalResourceId" in resource
    }
