"""A night of tiering on the laptop cloud: the machine that the schedule starts at 05:30, started now and waited for."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local import functions, outputs
from local.cloud import client
from local.errors import FunctionRaised, NotUp
from local.places import Places
from local.services import Services

WAITED_SECONDS = 3600
BETWEEN_SECONDS, SAID_EVERY_SECONDS = 0.5, 15


def run(places: Places, given: dict[str, Any], say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Plans all objects and, unless `dry_run`, moves them. Returns the run's report. Reads of today count. What goes on
    is told to `say`.

    Raises NotUp, or FunctionRaised if the run failed.
    """
    services = Services.of(places)
    if not services.running("aws"):
        raise NotUp(f"no cloud runs in {places.home}: run `reelstack up`")
    arn = begin(services, named := outputs.read(places), given)
    name = arn.rpartition(":")[2]
    say(f"{name} has begun; 10,000 objects take some minutes")
    found = wait(services, arn, say)
    if found["status"] != "SUCCEEDED":
        raise FunctionRaised(f"{name}: {found['status']} {found.get('cause', '')}")
    key = f"tiering/reports/{name}.json"
    report = client(services, "s3").get_object(Bucket=named.buckets["media"], Key=key)
    return dict(json.loads(report["Body"].read()))


def begin(services: Services, named: outputs.Outputs, given: dict[str, Any]) -> str:
    """The ARN of the execution that began. Raises NotUp where nothing is planned."""
    # An execution's name can be used once.
    started = {"day": datetime.now(UTC).date().isoformat(), "attempt": int(time.time()), **given}
    name = functions.call(client(services, "lambda"), named.functions["start_tiering"], started)["execution"]
    if name is None:
        raise NotUp("tiering_policy is `intelligent`: S3 moves the objects, nothing is planned")
    return f"{named.machines['tiering'].replace(':stateMachine:', ':execution:')}:{name}"


def wait(services: Services, arn: str, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """What Step Functions says of the execution once it has ended, or after WAITED_SECONDS."""
    states = client(services, "stepfunctions")
    began, said = time.monotonic(), 0
    found: Any = states.describe_execution(executionArn=arn)
    while found["status"] == "RUNNING" and (passed := time.monotonic() - began) < WAITED_SECONDS:
        if passed // SAID_EVERY_SECONDS > said:
            said += 1
            say(f"{passed:.0f} s")
        time.sleep(BETWEEN_SECONDS)
        found = states.describe_execution(executionArn=arn)
    return dict(found)
