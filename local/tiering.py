"""A night of tiering on the laptop cloud, begun at once and waited for: what the schedule begins at 05:30."""

import json
import time
from typing import Any

from local import functions, outputs
from local.cloud import client
from local.errors import FunctionRaised, NotUp
from local.places import Places
from local.services import Services

WAITED_SECONDS = 3600
BETWEEN_SECONDS = 0.5


def run(places: Places, given: dict[str, Any]) -> dict[str, Any]:
    """Plans all objects and, unless `dry_run`, moves them. Returns the run's report.

    Raises NotUp, or FunctionRaised if the run failed.
    """
    services = Services.of(places)
    if not services.running("aws"):
        raise NotUp(f"no cloud runs in {places.home}: run `reelstack up`")
    named = outputs.read(places)
    # An execution's name can be used once.
    started = {"attempt": int(time.time()), **given}
    name = functions.call(client(services, "lambda"), named.functions["start_tiering"], started)["execution"]
    if name is None:
        raise NotUp("tiering_policy is `intelligent`: S3 moves the objects, nothing is planned")
    arn = f"{named.machines['tiering'].replace(':stateMachine:', ':execution:')}:{name}"
    states = client(services, "stepfunctions")
    until = time.monotonic() + WAITED_SECONDS
    while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING" and time.monotonic() < until:
        time.sleep(BETWEEN_SECONDS)
    if found["status"] != "SUCCEEDED":
        raise FunctionRaised(f"{name}: {found['status']} {found.get('cause', '')}")
    report = client(services, "s3").get_object(Bucket=named.buckets["media"], Key=f"tiering/reports/{name}.json")
    return dict(json.loads(report["Body"].read()))
