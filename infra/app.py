"""The CDK app: `cdk deploy -c stage=dev --all`. Stages are described in infra/stages.py.

`-c site=https://….cloudfront.net` names the distribution of a stage without a domain, which may then sign people in and
take uploads: `reelstack deploy` passes it on.
"""

import os
import sys

from aws_cdk import App

from infra.checks import nag
from infra.functions.byte_code import PythonMissing
from infra.laptop import on_laptop
from infra.settings import Settings
from infra.stacks.stage import build
from infra.stages import STAGES


def settings_of(app: App) -> Settings:
    """The stage that the command line names, with the site it knows of. `local.deploy` says by the environment that
    it goes to an emulator."""
    settings = STAGES[app.node.try_get_context("stage") or "dev"]
    if "REELSTACK_LOCAL_ENDPOINT" in os.environ:
        settings = on_laptop(settings)
    site = app.node.try_get_context("site")
    return settings.model_copy(update={"web_origins": (*settings.web_origins, site)}) if site else settings


def main() -> None:
    app = App()
    settings = settings_of(app)
    try:
        stage = build(app, settings)
    except PythonMissing as error:
        sys.exit(str(error))
    if not settings.is_local:
        nag.check(app, stage)
    app.synth()


if __name__ == "__main__":
    main()
