"""The CDK app: `cdk deploy -c stage=dev --all`. Stages are described in infra/settings.py."""

from typing import Any

from aws_cdk import App, CliCredentialsStackSynthesizer, Environment, Tags

from infra import nag
from infra.layers import LayerSource, layer_path
from infra.settings import STAGES, Settings
from infra.stacks.api import ApiStack
from infra.stacks.app import AppStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.edge_global import EdgeGlobalStack
from infra.stacks.engines import EnginesStack
from infra.stacks.network import NetworkStack
from infra.stacks.state import StateStack


def build(app: App, settings: Settings, layer_source: LayerSource = layer_path) -> None:
    """Adds one stage's stacks to the app, named Reelstack-<stage>-<what>."""
    name = f"Reelstack-{settings.stage}"
    here = Environment(account=settings.account, region=settings.region)

    def where(env: Environment = here) -> dict[str, Any]:
        # The bootstrap roles' trust conditions mean nothing to a local emulator, so there the CLI's own keys deploy.
        return {"env": env, **({"synthesizer": CliCredentialsStackSynthesizer()} if settings.is_local else {})}

    state = StateStack(app, f"{name}-State", settings, **where())
    network, inside = None, dict[str, Any]()
    if settings.profile == "full" and not settings.is_local:
        network = NetworkStack(app, f"{name}-Network", settings, **where())
        engines = EnginesStack(app, f"{name}-Engines", settings, network, **where())
        inside = {
            "vpc": network.vpc,
            "functions_group": network.functions_group,
            "cache_url": engines.cache_url,
            "search": engines.search,
        }
    application = AppStack(app, f"{name}-App", settings, state, layer_source=layer_source, **inside, **where())
    api = ApiStack(app, f"{name}-Api", settings, state, application, **where())
    # WAF for CloudFront lives in us-east-1 whatever the home region is.
    edge = EdgeGlobalStack(
        app,
        f"{name}-EdgeGlobal",
        settings,
        cross_region_references=settings.region != "us-east-1",
        **where(Environment(account=settings.account, region="us-east-1")),
    )
    delivery = DeliveryStack(app, f"{name}-Delivery", settings, state, application, api, edge, **where())
    if not settings.is_local:
        nag.check(app, settings, state, application, api, delivery, network)
    Tags.of(app).add("project", "reelstack")
    Tags.of(app).add("stage", settings.stage)


def main() -> None:
    app = App()
    build(app, STAGES[app.node.try_get_context("stage") or "dev"])
    app.synth()


if __name__ == "__main__":
    main()
