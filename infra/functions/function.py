"""The one construct that makes a Lambda from a catalogue line: code, layers, environment, role and log group."""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from aws_cdk import Duration, IgnoreMode, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra import ROOT
from infra.catalogue import Fn
from infra.functions.access import statements
from infra.functions.wiring import Wiring
from infra.monitoring.logs import RETENTION
from infra.names import camel
from infra.settings import Settings
from reelstack.platform.config import Config
from reelstack.tables.model import deployed

RUNTIME = lambda_.Runtime.PYTHON_3_13
LIVE = "live"
"""The alias of a function that is started from a snapshot."""
SNAP_START_DISK = 512  # MB; SnapStart refuses more


class Function(lambda_.Function):
    """`invocable` is what callers should name: the SnapStart alias of HTTP services, the function itself otherwise."""

    def __init__(
        self, scope: Construct, line: Fn, wiring: Wiring, config: Config, layers: list[lambda_.ILayerVersion]
    ) -> None:
        self.line = line
        name, settings = camel(line.name), wiring.settings
        inside = wiring.inside if line.vpc else None
        log_group = logs.LogGroup(
            scope, f"{name}Logs", retention=RETENTION[settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        role = iam.Role(scope, f"{name}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        for statement in statements(line, log_group, wiring.names, wiring.stores, in_vpc=bool(inside)):
            role.add_to_policy(statement)
        network: dict[str, Any] = {}
        if inside:
            network = {"vpc": inside.vpc, "security_groups": [inside.security_group]}
        super().__init__(
            scope,
            name,
            function_name=wiring.names.function(line.name),
            runtime=RUNTIME,
            architecture=_architecture(settings),
            code=function_code(line),
            handler=f"{line.module}.handler",
            role=role,
            layers=layers,
            memory_size=line.memory,
            timeout=Duration.seconds(line.timeout),
            reserved_concurrent_executions=wiring.reserved.get(line.name),
            ephemeral_storage_size=Size.mebibytes(line.disk),
            environment=environment(line, config),
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_started(line, settings) else None,
            **network,
        )
        self.invocable = self._invocable(scope, settings)

    def _invocable(self, scope: Construct, settings: Settings) -> lambda_.IFunction:
        if not snap_started(self.line, settings):
            return self
        name = f"{camel(self.line.name)}Live"
        return lambda_.Alias(scope, name, alias_name=LIVE, version=self.current_version)


def snap_started(line: Fn, settings: Settings) -> bool:
    wanted = settings.snap_start and not settings.is_local
    return wanted and line.trigger == "http" and line.disk <= SNAP_START_DISK


def _architecture(settings: Settings) -> lambda_.Architecture:
    return lambda_.Architecture.ARM_64 if settings.architecture == "arm64" else lambda_.Architecture.X86_64


def function_code(line: Fn) -> lambda_.Code:
    """The function's own folder and the __init__.py files above it, and nothing else of the checkout."""
    return lambda_.Code.from_asset(
        str(ROOT), exclude=[*_all_but(PurePosixPath(line.folder)), "__pycache__"], ignore_mode=IgnoreMode.GIT
    )


def _all_but(folder: PurePosixPath) -> Iterator[str]:
    """Git's ignore patterns that leave out everything but `folder` and the packages it lies in."""
    yield "/*"
    for above in reversed(folder.parents[:-1]):
        yield from (f"!/{above}", f"/{above}/*", f"!/{above}/__init__.py")
    yield f"!/{folder}"


def environment(line: Fn, config: Config) -> dict[str, str]:
    """Exactly the fields the line names, the names of its tables and buckets, and what Powertools wants to know. Of
    rates, those of its own routes."""
    fields = ("stage", "region", *line.config, *_stores(line))
    # Those of all routes would not fit into four kilobytes.
    asked = {"user", "address", "anonymous", *line.routes}
    rates = json.dumps({of: rate for of, rate in json.loads(config.rates).items() if of in asked})
    return {
        **config.model_copy(update={"rates": rates}).to_env(tuple(dict.fromkeys(fields))),
        "POWERTOOLS_SERVICE_NAME": line.name,
        "POWERTOOLS_METRICS_NAMESPACE": "Reelstack",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _stores(line: Fn) -> tuple[str, ...]:
    """Config fields that name the tables and buckets this line touches or follows."""
    fields = []
    touched = (*line.reads, *line.writes, *line.deletes, *line.appends, *line.checks, *line.batches, *line.lists)
    for target in (*touched, *line.streams):
        if isinstance(target, str):
            fields.append(f"{target.split(':')[0]}_bucket")
        else:
            fields.append(deployed(target).field)
    return tuple(fields)
