"""The Flink job of profile `full`: built before a deployment, started after it.

CloudFormation makes and updates the application, and never starts it. A job that runs is updated by it from a snapshot
of its state; one that was stopped by hand is started again here, from its last snapshot. A release whose job cannot
read that state has another application (infra/names.py), which starts here without any.
"""

from typing import Any

from deployment.errors import JobNotBuilt
from infra.engines import interests_zip
from infra.job_settings import INTERESTS_GENERATION
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
    name = f"reelstack-{stage}-interests-{INTERESTS_GENERATION}"  # infra/names.py, without loading the CDK
    if flink.describe_application(ApplicationName=name)["ApplicationDetail"]["ApplicationStatus"] != STOPPED:
        return False
    flink.start_application(ApplicationName=name)
    return True
