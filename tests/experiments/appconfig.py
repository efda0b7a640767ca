"""AppConfig behind its seam, for tests: both planes of one application."""

import io
import threading
from typing import Any

from botocore.exceptions import ClientError

STAGE = "reelstack-test"


class AppConfig:
    """Both planes of one application, as far as we call them; versions as AppConfig numbers them."""

    def __init__(self) -> None:
        self.versions: list[bytes] = []
        self.deployed: list[int] = []
        self.tokens: dict[str, int] = {}
        self.calls = 0
        self.is_away = False
        self.conflicts = 0
        self.gate: threading.Event | None = None

    # --- data plane
    def start_configuration_session(self, **given: Any) -> dict[str, Any]:
        assert given["ApplicationIdentifier"] == given["EnvironmentIdentifier"] == STAGE
        return {"InitialConfigurationToken": self._token(0)}

    def get_latest_configuration(self, ConfigurationToken: str) -> dict[str, Any]:  # noqa: N803
        self.calls += 1
        if self.gate:
            self.gate.wait(5)
        if self.is_away:
            raise ConnectionError("AppConfig is away")
        given = self.tokens.pop(ConfigurationToken)
        version = self.deployed[-1]
        content = self.versions[version - 1] if version != given else b""
        return {"NextPollConfigurationToken": self._token(version), "Configuration": io.BytesIO(content)}

    def _token(self, version: int) -> str:
        token = f"token-{len(self.tokens)}-{self.calls}-{version}"
        self.tokens[token] = version
        return token

    # --- control plane
    def get_paginator(self, name: str) -> Any:
        return Pages(getattr(self, name))

    def list_applications(self) -> list[Any]:
        return [{"Id": "app1", "Name": "another"}, {"Id": "app2", "Name": STAGE}]

    def list_environments(self, ApplicationId: str) -> list[Any]:  # noqa: N803
        return [{"Id": "env2", "Name": STAGE}] if ApplicationId == "app2" else []

    def list_configuration_profiles(self, ApplicationId: str) -> list[Any]:  # noqa: N803
        return [{"Id": "pro2", "Name": "experiments"}]

    def list_deployment_strategies(self) -> list[Any]:
        return [{"Id": "now", "Name": STAGE}]

    def list_hosted_configuration_versions(self, **of: str) -> list[Any]:
        return [{"VersionNumber": number + 1} for number in range(len(self.versions))]

    def list_deployments(self, **of: str) -> list[Any]:
        return [{"DeploymentNumber": n, "ConfigurationVersion": str(v)} for n, v in enumerate(self.deployed, 1)]

    def get_hosted_configuration_version(self, VersionNumber: int, **of: str) -> dict[str, Any]:  # noqa: N803
        return {"Content": io.BytesIO(self.versions[VersionNumber - 1])}

    def create_hosted_configuration_version(self, **given: Any) -> dict[str, Any]:
        if given.get("LatestVersionNumber", 0) != len(self.versions):
            raise conflict()
        self.versions.append(given["Content"])
        return {"VersionNumber": len(self.versions)}

    def start_deployment(self, **given: Any) -> dict[str, Any]:
        if self.conflicts:
            self.conflicts -= 1
            raise conflict()
        assert given["DeploymentStrategyId"] == "now"
        self.deployed.append(int(given["ConfigurationVersion"]))
        return {}


class Pages:
    def __init__(self, listed: Any) -> None:
        self._listed = listed

    def paginate(self, **of: str) -> list[Any]:
        return [{"Items": []}, {"Items": self._listed(**of)}]


def conflict() -> ClientError:
    return ClientError({"Error": {"Code": "ConflictException", "Message": "another came first"}}, "StartDeployment")
