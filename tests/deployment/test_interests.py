"""The Flink job is refused without its connector, and started once it is deployed."""

from pathlib import Path

import pytest

from deployment import interests
from deployment.errors import JobNotBuilt
from infra.engines import interests_zip
from infra.job_settings import INTERESTS_GENERATION
from infra.settings import Settings
from tests.deployment.conftest import Answering

NAME = f"reelstack-dev-interests-{INTERESTS_GENERATION}"


def _detail(status: str) -> dict[str, object]:
    return {
        "ApplicationDetail": {
            "ApplicationARN": f"arn:aws:kinesisanalytics:eu-central-1:123456789012:application/{NAME}",
            "ApplicationName": NAME,
            "RuntimeEnvironment": "FLINK-2_3",
            "ApplicationStatus": status,
            "ApplicationVersionId": 1,
        }
    }


def test_a_job_that_stands_still_is_started(account: Answering) -> None:
    account.answer("kinesisanalyticsv2", "describe_application", _detail("READY"), ApplicationName=NAME)
    account.answer("kinesisanalyticsv2", "start_application", {}, ApplicationName=NAME)
    assert interests.start(account.client("kinesisanalyticsv2"), "dev")


@pytest.mark.parametrize("status", ["RUNNING", "STARTING", "UPDATING", "AUTOSCALING"])
def test_a_job_that_runs_is_left_alone(account: Answering, status: str) -> None:
    account.answer("kinesisanalyticsv2", "describe_application", _detail(status), ApplicationName=NAME)
    assert not interests.start(account.client("kinesisanalyticsv2"), "dev")


def test_profile_full_is_not_deployed_without_the_connector(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(interests_zip, "BUILT", tmp_path / "connectors.jar")
    monkeypatch.setenv("PATH", str(tmp_path))
    interests.require(settings)  # profile core has no such job
    with pytest.raises(JobNotBuilt, match="Maven"):
        interests.require(settings.model_copy(update={"profile": "full"}))
