"""The AWS account that a stage stands in, with the rights of the person who deploys: clients, and stack outputs."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from local.cloud import at_endpoint
from local.stacks import stacks

CONNECT_SECONDS = 3
READ_SECONDS = 60
"""A function that is invoked for the first time may take so long to answer."""
ATTEMPTS = 3


@dataclass(frozen=True)
class Account:
    """`keys` and `endpoint` are an emulator's; on AWS both are None, and the shell's credentials are used."""

    region: str
    endpoint: str | None = None
    keys: tuple[str, str] | None = None

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client; connects within 3 s, reads within 60 s, tries three times."""
        return _made(service, region or self.region, self.endpoint, self.keys or (None, None))


@cache
def _made(service: str, region: str, endpoint: str | None, keys: tuple[str | None, str | None]) -> Any:
    """Kept for the life of the process: a client that is thrown away leaves its sockets open."""
    import boto3
    from botocore.config import Config

    settings = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        s3={"addressing_style": "path" if endpoint else "virtual"},
    )
    session: Any = boto3.Session(*keys, region_name=region)
    made = session.client(service, endpoint_url=endpoint, config=settings)
    return at_endpoint(made, service, endpoint) if endpoint else made


def stack_outputs(account: Account, stage: str) -> dict[str, str]:
    """Every output of the stage's stacks in its home region; empty if there is none yet."""
    return {
        output["OutputKey"]: output["OutputValue"]
        for stack in stacks(account.client("cloudformation"), stage)
        for output in stack.get("Outputs", [])
    }


def function_name(stage: str, name: str) -> str:
    """Of the function with this name in the catalogue: infra/names.py, without loading the CDK."""
    return f"reelstack-{stage}-{name}"
