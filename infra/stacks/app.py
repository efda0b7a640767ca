"""Everything that computes: functions, state machines and queues, and what starts them."""

from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import abilities
from infra.alarms import Alarms
from infra.catalogue import FUNCTIONS, Fn
from infra.function import ROOT, RUNTIME, Function, camel
from infra.function_config import function_config
from infra.layers import NAMES, LayerName, LayerSource, layer_path
from infra.machines import production_machine, rights_machine
from infra.managed_engines import ManagedEngines
from infra.queues import dead_letters_of, work_queue
from infra.search_domain import SearchDomain
from infra.settings import Settings
from infra.socket_api import socket_api
from infra.stacks.state import StateStack
from infra.triggers import follow_streams, hear_events, read_queues
from reelstack.priorities import Priority

COMPOSE_SECONDS = 330
"""How long an order to compose stays hidden: longer than its function may run."""


class AppStack(Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        state: StateStack,
        *,
        vpc: ec2.IVpc | None = None,
        functions_group: ec2.ISecurityGroup | None = None,
        cache_url: str = "",
        search: SearchDomain | None = None,
        layer_source: LayerSource = layer_path,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.settings, self.state, self.layer_source = settings, state, layer_source
        self.alarms = Alarms(scope, construct_id.removesuffix("App") + "Alarms", settings, **kwargs)

        self.bus = events.EventBus(self, "Bus")
        self.socket_api = socket_api(self, settings)
        self.production_queues = {
            priority: work_queue(self, f"Production{priority.title()}", visibility=Duration.seconds(90))
            for priority in Priority
        }
        self.compose_queue = work_queue(self, "Compose", visibility=Duration.seconds(COMPOSE_SECONDS))
        self.machine_name = f"reelstack-{settings.stage}-production"
        self.machine_arn = self.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=self.machine_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.managed = ManagedEngines(self, "Managed", settings, state)
        self.rights_machines = {name: f"reelstack-{settings.stage}-{name}" for name in ("export", "erasure")}
        self.search = search
        self.config = function_config(self, cache_url)
        self.layers = {name: self._layer(name) for name in NAMES if not self._spared(name)}
        self.functions = {line.name: self._function(line, vpc, functions_group) for line in FUNCTIONS}
        for line in FUNCTIONS:
            for ability in line.calls:
                if statement := abilities.statement(self, ability):
                    self.functions[line.name].add_to_role_policy(statement)

        self.machine = production_machine(self)
        self.rights = [rights_machine(self, name) for name in self.rights_machines]
        follow_streams(self)
        read_queues(self)
        hear_events(self)
        self.alarms.line()
        self.alarms.socket(self.socket_api)
        if search:
            self.alarms.search(search)
        self._outputs()

    def _spared(self, layer: str) -> bool:
        """A laptop's Python has the third-party libraries already; unpacking them per worker would cost seconds."""
        return self.settings.is_local and layer != "common"

    def _layer(self, name: LayerName) -> lambda_.LayerVersion:
        path = ROOT / "layers" / "common" if self.settings.is_local else self.layer_source(name, self.settings)
        return lambda_.LayerVersion(
            self,
            f"{name.title()}Layer",
            code=lambda_.Code.from_asset(str(path), exclude=["**/__pycache__"] if self.settings.is_local else []),
            compatible_runtimes=[RUNTIME],
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _function(self, line: Fn, vpc: ec2.IVpc | None, group: ec2.ISecurityGroup | None) -> Function:
        made = Function(
            self,
            line,
            settings=self.settings,
            config=self.config,
            layers=[self.layers[name] for name in ("common", *line.layers) if name in self.layers],
            tables=self.state.tables,
            buckets={"uploads": self.state.uploads_bucket, "media": self.state.media_bucket},
            vpc=vpc,
            security_group=group,
        )
        self.alarms.function(line, made)
        return made

    def rights_machine_arn(self, name: str) -> str:
        """Known by name before the machine is made: its functions' configuration comes first."""
        return self.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=self.rights_machines[name],
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def executions(self, which: str) -> str:
        """ARNs of the machine's executions (which=":*"), or of those its Distributed Map starts ("/*")."""
        return self.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine_name}{which}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _outputs(self) -> None:
        values = {
            **{f"Production{p.title()}QueueUrl": queue.queue_url for p, queue in self.production_queues.items()},
            **{
                f"Production{p.title()}DeadQueueUrl": dead_letters_of(queue).queue_url
                for p, queue in self.production_queues.items()
            },
            "ComposeQueueUrl": self.compose_queue.queue_url,
            "ProductionMachineArn": self.machine.state_machine_arn,
            **{f"{machine.node.id}MachineArn": machine.state_machine_arn for machine in self.rights},
            "BusName": self.bus.event_bus_name,
            **{f"{camel(name)}Function": function.function_name for name, function in self.functions.items()},
        }
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
