"""The Flink job of profile `full`: built before a deployment, started after it.

CloudFormation makes and updates the application, and never starts it. A job that runs is updated by it from a snapshot
of its state; one that was stopped by hand is started again here, from its last snapshot.
"""

from typing import Any

from deployment.errors import JobNotBuilt
from infra.engines import interests_zip
from infra.settings import Settings

STOPPED = "READY"


def require(settings: Settings) -> None:
    """Builds the Kinesis connector if it is not there. Raises JobNotBuilt."""
    if settings.profile == "full":
        try:
            interests_zip.require_connector()
        except interests_zip.ConnectorMissing as error:
            raise JobNotBuilt(str(error)) from error


def start(flink: Any, stage: str) -> bool:
    """Starts the stage's application unless it runs. True if it was started now."""
    name = f"reelstack-{stage}-interests"
    if flink.describe_application(ApplicationName=name)["ApplicationDetail"]["ApplicationStatus"] != STOPPED:
        return False
    flink.start_application(ApplicationName=name)
    return True
