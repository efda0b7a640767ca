"""Where the AWS APIs answer: at MiniStack, which `up` starts, or at an emulator that runs already, as a LocalStack may.

The choice comes from `reelstack up --endpoint`, else from REELSTACK_ENDPOINT, else from `.local/endpoint`, where
`up` keeps it: the other commands then ask the same emulator. An emulator of others is never started or stopped.
"""

import os
from pathlib import Path

from local.errors import EndpointInvalid

OWN, LOCALSTACK = "ministack", "localstack"


def choose(saved: Path, named: str | None = None) -> str | None:
    """The address to ask: `named` before environment before `saved`; None: our own. Raises EndpointInvalid."""
    named = named or os.environ.get("REELSTACK_ENDPOINT")
    if named:
        return None if named == OWN else _address(named)
    return saved.read_text().strip() if saved.exists() else None


def keep(saved: Path, address: str | None) -> None:
    if address:
        saved.write_text(address + "\n")
    else:
        saved.unlink(missing_ok=True)


def _address(named: str) -> str:
    if named == LOCALSTACK:
        return _localstack()
    if not named.startswith(("http://", "https://")):
        raise EndpointInvalid(f"--endpoint is {OWN}, {LOCALSTACK} or an address such as http://127.0.0.1:4566: {named}")
    return named.rstrip("/")


def _localstack() -> str:
    """By LocalStack's own table of services, which LOCALSTACK_HOST and USE_SSL change. All have one address today; a
    table with several is refused, since functions and the CDK know one."""
    from localstack_client import config  # 0.7 s, most of it boto3

    try:
        (address,) = set(config.get_service_endpoints().values())
    except (RuntimeError, ValueError) as error:
        raise EndpointInvalid(f"LocalStack's client names no address, see LOCALSTACK_HOST: {error}") from error
    return str(address)
