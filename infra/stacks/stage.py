"""Every stack of a stage, and the order in which they stand on one another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aws_cdk import App, CliCredentialsStackSynthesizer, Environment, Stack, Tags

from infra.api.public_routes import OpenRoute, open_routes
from infra.catalogue import FUNCTIONS, Fn, copies
from infra.engines import interests_zip
from infra.engines.endpoints import Endpoints
from infra.engines.interests import JobSource, Surroundings
from infra.functions import concurrency
from infra.functions.function import LIVE, snap_started
from infra.functions.layers import LayerSource, layer_path
from infra.functions.wiring import Wiring
from infra.names import Names
from infra.settings import Settings
from infra.stacks.api import ApiStack
from infra.stacks.capability import CapabilityStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.discovery import DiscoveryStack
from infra.stacks.edge_global import EdgeGlobalStack
from infra.stacks.engines import EnginesStack
from infra.stacks.feed import FeedStack, stack_name
from infra.stacks.interests import InterestsStack
from infra.stacks.monitoring import MonitoringStack
from infra.stacks.network import NetworkStack
from infra.stacks.people import PeopleStack
from infra.stacks.production import ProductionStack
from infra.stacks.state import StateStack
from infra.stacks.videos import VideosStack

CAPABILITIES: tuple[type[CapabilityStack], ...] = (ProductionStack, VideosStack, PeopleStack, DiscoveryStack)
"""Every room is in one of them. A named resource cannot move between stacks in one deployment: the new stack would
make it before the old one lets it go."""
EDGE_REGION = "us-east-1"


@dataclass(frozen=True)
class Foundation:
    """What functions stand on: the stacks that name no function."""

    settings: Settings
    names: Names
    state: StateStack
    network: NetworkStack | None
    engines: EnginesStack | None
    api: ApiStack
    edge_global: EdgeGlobalStack | None
    delivery: DeliveryStack

    @property
    def stacks(self) -> tuple[Stack, ...]:
        found = (self.state, self.network, self.engines, self.api, self.edge_global, self.delivery)
        return tuple(stack for stack in found if stack)

    def wiring(self, layer_source: LayerSource, functions: Sequence[Fn]) -> Wiring:
        return Wiring(
            settings=self.settings,
            names=self.names,
            stores=self.state.stores,
            endpoints=self.engines.endpoints if self.engines else Endpoints(),
            gateway=self.api.http.gateway,
            distribution_arn=self.delivery.distribution.distribution_arn,
            layer_source=layer_source,
            inside=self.network.inside if self.network else None,
            reserved=concurrency.reservations(self.settings, [*functions, *copies(functions)]),
        )


@dataclass(frozen=True)
class Stage:
    """All stacks of a stage."""

    foundation: Foundation
    monitoring: MonitoringStack
    interests: InterestsStack | None
    capabilities: tuple[CapabilityStack, ...]
    deployments: tuple[FeedStack, ...]


@dataclass(frozen=True)
class Sources:
    """Where the code comes from that is built: layers, and the zip of the Flink job."""

    layer: LayerSource = layer_path
    job: JobSource = interests_zip.best


def build(app: App, settings: Settings, sources: Sources = Sources(), functions: Sequence[Fn] = FUNCTIONS) -> Stage:
    """Adds one stage's stacks to the app, named Reelstack-<stage>-<what>. Raises PoolTooSmall."""
    concurrency.check(settings)
    foundation = build_foundation(app, settings)
    monitoring = MonitoringStack(
        app,
        _stack_id(settings, "Monitoring"),
        settings,
        foundation.names,
        api=foundation.api.http.api,
        copies={name: http.api for name, http in foundation.api.copies.items()},
        functions=[*functions, *copies(functions)],
        has_engines=foundation.engines is not None,
        **_placed(settings),
    )
    interests = _interests(app, foundation, sources.job)
    if interests:
        for below in (*foundation.stacks, monitoring):
            interests.add_stack_dependency(below)
    wiring = foundation.wiring(sources.layer, functions)
    made = tuple(
        capability(app, _stack_id(settings, capability.NAME), wiring, functions, **_placed(settings))
        for capability in CAPABILITIES
    )
    deployments = _deployments(app, foundation, wiring, functions)
    # Names say nothing of what must be there first, so it is said here.
    for stack in (*made, *deployments):
        for below in (*foundation.stacks, monitoring):
            stack.add_stack_dependency(below)
    Tags.of(app).add("project", "reelstack")
    Tags.of(app).add("stage", settings.stage)
    return Stage(foundation, monitoring, interests, made, deployments)


def build_foundation(app: App, settings: Settings) -> Foundation:
    """Without any function: what these stacks export does not depend on one. Only routes without a token name one."""
    names, placed = Names.of(settings), _placed(settings)
    state = StateStack(app, _stack_id(settings, "State"), settings, names, **placed)
    network, engines = None, None
    if settings.profile == "full" and not settings.is_local:
        network = NetworkStack(app, _stack_id(settings, "Network"), settings, **placed)
        engines = EnginesStack(app, _stack_id(settings, "Engines"), settings, names, network.inside, **placed)
    api = ApiStack(
        app,
        _stack_id(settings, "Api"),
        settings,
        state.stores,
        public=_public_routes(FUNCTIONS, settings, names),
        copies={line.name: _public_routes([line], settings, names) for line in copies(FUNCTIONS)},
        **placed,
    )
    edge_global = _edge_global(app, settings)
    delivery = DeliveryStack(
        app,
        _stack_id(settings, "Delivery"),
        settings,
        names,
        stores=state.stores,
        api_hosts=api.hosts,
        web_acl_arn=edge_global.web_acl_arn if edge_global else None,
        certificate=edge_global.certificate if edge_global else None,
        **placed,
    )
    return Foundation(settings, names, state, network, engines, api, edge_global, delivery)


def _interests(app: App, foundation: Foundation, code: JobSource) -> InterestsStack | None:
    network, engines, settings = foundation.network, foundation.engines, foundation.settings
    if network is None or engines is None:
        return None
    around = Surroundings(network.vpc, network.inside.jobs_group, engines.endpoints.cache_url, code)
    return InterestsStack(
        app, _stack_id(settings, "Interests"), settings, foundation.names, around, **_placed(settings)
    )


def _deployments(app: App, foundation: Foundation, wiring: Wiring, functions: Sequence[Fn]) -> tuple[FeedStack, ...]:
    """One after the other: what breaks the first never reaches the second."""
    made: list[FeedStack] = []
    for line in copies(functions):
        own = replace(wiring, gateway=foundation.api.copies[line.name].gateway, deployment="".join(line.deployments))
        settings = foundation.settings
        stack = FeedStack(app, _stack_id(settings, stack_name(line.name)), own, [line], **_placed(settings))
        if made:
            stack.add_stack_dependency(made[-1])
        made.append(stack)
    return tuple(made)


def _public_routes(lines: Sequence[Fn], settings: Settings, names: Names) -> list[OpenRoute]:
    """Routes that answer without a token, with the ARN that their function's stack will give it: its alias if it is
    started from a snapshot."""
    arns = {
        line: names.function_arn(line.name) + (f":{LIVE}" if snap_started(line, settings) else "") for line in lines
    }
    return [route for line, arn in arns.items() for route in open_routes(line, arn, settings)]


def _edge_global(app: App, settings: Settings) -> EdgeGlobalStack | None:
    if not EdgeGlobalStack.is_needed(settings):
        return None
    return EdgeGlobalStack(
        app,
        _stack_id(settings, "EdgeGlobal"),
        settings,
        cross_region_references=settings.region != EDGE_REGION,
        **_placed(settings, EDGE_REGION),
    )


def _stack_id(settings: Settings, name: str) -> str:
    return f"Reelstack-{settings.stage}-{name}"


def _placed(settings: Settings, region: str | None = None) -> dict[str, Any]:
    """Where a stack goes. The bootstrap roles' trust conditions mean nothing to a local emulator, so there the command
    line's own keys deploy."""
    environment = Environment(account=settings.account, region=region or settings.region)
    return {"env": environment, **({"synthesizer": CliCredentialsStackSynthesizer()} if settings.is_local else {})}
