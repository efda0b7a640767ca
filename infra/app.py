"""The CDK app: `cdk deploy -c stage=dev --all`. Stages are described in infra/settings.py."""

from aws_cdk import App

from infra.checks import nag
from infra.settings import STAGES
from infra.stacks.stage import build


def main() -> None:
    app = App()
    settings = STAGES[app.node.try_get_context("stage") or "dev"]
    stage = build(app, settings)
    if not settings.is_local:
        nag.check(app, stage)
    app.synth()


if __name__ == "__main__":
    main()
