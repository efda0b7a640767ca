"""Where a stage goes. On AWS the CDK command line deploys it; `deployment.emulator` is the laptop's."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from deployment import interests
from deployment.account import Account, stack_outputs
from deployment.errors import CdkFailed, SettingsIncomplete, WrongAccount
from infra.settings import Settings
from infra.stages import PLACEHOLDER_ACCOUNT, PLACEHOLDER_EMAIL
from local import programs
from local.places import ROOT

Say = Callable[[str], None]


class Target(Protocol):
    """A place for stages: AWS, or the emulator."""

    @property
    def settings(self) -> Settings: ...
    @property
    def account(self) -> Account: ...
    def check(self) -> None:
        """Raises SettingsIncomplete, WrongAccount or JobNotBuilt before anything is done."""

    def deploy_stacks(self, site: str | None, say: Say) -> None:
        """Raises CdkFailed. `site`: the address that the stage is known to have."""

    def destroy_stacks(self, say: Say) -> None:
        """Raises CdkFailed."""

    def start_jobs(self) -> None:
        """Starts what the stacks make and nobody starts, before anything else that may end badly."""

    def outputs(self) -> dict[str, str]: ...
    def site(self, outputs: dict[str, str], /) -> str:
        """The origin that viewers open, without a slash at the end."""

    def sign_in_url(self, outputs: dict[str, str], /) -> str: ...
    def serve(self) -> None:
        """Makes the site answer, where that takes more than a deployment."""


@dataclass(frozen=True)
class OnAws:
    """`ask`: whether the CDK asks before permissions change."""

    settings: Settings
    account: Account
    ask: bool = True

    def check(self) -> None:
        check_settings(self.settings)
        identity = _identity(self.account)
        if identity != self.settings.account:
            raise WrongAccount(
                f"your credentials are of account {identity}, stage {self.settings.stage} is of "
                f"{self.settings.account}: set AWS_PROFILE, or REELSTACK_ACCOUNT={identity}"
            )
        interests.require(self.settings)

    def deploy_stacks(self, site: str | None, say: Say) -> None:
        say("cdk deploy")
        self._cdk("deploy", "--all", *self._site(site), *([] if self.ask else ["--require-approval", "never"]))

    def destroy_stacks(self, say: Say) -> None:
        say("cdk destroy")
        self._cdk("destroy", "--all", "--force")

    def start_jobs(self) -> None:
        if self.settings.profile == "full":
            interests.start(self.account.client("kinesisanalyticsv2"), self.settings.stage)

    def outputs(self) -> dict[str, str]:
        return stack_outputs(self.account, self.settings.stage)

    def site(self, outputs: dict[str, str]) -> str:
        return outputs["EdgeUrl"]

    def sign_in_url(self, outputs: dict[str, str]) -> str:
        return outputs.get("SignInUrl", "")

    def serve(self) -> None:
        """CloudFront does."""

    def _site(self, site: str | None) -> list[str]:
        return ["-c", f"site={site}"] if site and not self.settings.domain else []

    def _cdk(self, *arguments: str) -> None:
        if cdk(self.settings.stage, list(arguments)):
            raise CdkFailed(f"cdk {arguments[0]} ended badly; what it said is above")


def _identity(account: Account) -> str:
    """The number of the account that the shell's credentials are of. Raises WrongAccount."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(account.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise WrongAccount(f"AWS takes no credentials of this shell: {error}. Set AWS_PROFILE, or sign in") from error


def cdk(stage: str, arguments: list[str]) -> int:
    """Runs the CDK command line on a stage's app, in this terminal. Returns its exit code."""
    output = ROOT / "build" / "cdk.out" / stage
    command = [str(programs.node().path), str(programs.cdk()), *arguments]
    command += ["-c", f"stage={stage}", "--output", str(output)]
    environment = {**os.environ, "PATH": programs.path_with_python()}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def check_settings(settings: Settings) -> None:
    """Raises SettingsIncomplete for what only templates can be made with."""
    if settings.account == PLACEHOLDER_ACCOUNT:
        raise SettingsIncomplete(
            f"stage {settings.stage} names no account: set REELSTACK_ACCOUNT to what "
            "`aws sts get-caller-identity --query Account` says, or edit infra/stages.py"
        )
    if settings.alarm_email == PLACEHOLDER_EMAIL:
        raise SettingsIncomplete(
            f"nobody hears the alarms of stage {settings.stage}: set REELSTACK_ALARM_EMAIL, or edit infra/stages.py"
        )
