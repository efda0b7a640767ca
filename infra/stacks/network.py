"""The VPC of profile `full`: private subnets only, no NAT, and endpoints for exactly what functions inside it call."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.functions.wiring import Inside
from infra.monitoring.logs import RETENTION
from infra.names import camel
from infra.settings import Settings

INTERFACES = {
    "secretsmanager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "events": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
    "kinesis-streams": ec2.InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
    "appconfigdata": ec2.InterfaceVpcEndpointAwsService.APPCONFIGDATA,
}
"""Interface endpoints cost per hour: a test holds this against what `vpc=True` lines of the catalogue call, and the
Flink job, which is the one that reads Kinesis from inside."""


class NetworkStack(Stack):
    """`inside` is for functions. Its values are exported whether or not a function uses them today."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, **kwargs: Any) -> None:
        self.zones = [f"{settings.region}{zone}" for zone in settings.zones]
        super().__init__(scope, construct_id, **kwargs)
        self.vpc = self._vpc(settings)
        functions = ec2.SecurityGroup(
            self, "Functions", vpc=self.vpc, description="Functions inside the VPC", allow_all_outbound=True
        )
        endpoints = ec2.SecurityGroup(
            self, "Endpoints", vpc=self.vpc, description="AWS services inside the VPC", allow_all_outbound=False
        )
        jobs = ec2.SecurityGroup(
            self, "Jobs", vpc=self.vpc, description="Flink inside the VPC", allow_all_outbound=True
        )
        endpoints.add_ingress_rule(functions, ec2.Port.tcp(443), "functions call AWS services")
        endpoints.add_ingress_rule(jobs, ec2.Port.tcp(443), "the Flink job reads Kinesis")
        for name, service in INTERFACES.items():
            self.vpc.add_interface_endpoint(
                camel(name), service=service, security_groups=[endpoints], open=False, subnets=_in_two_zones(self.vpc)
            )
        self.inside = Inside(self.vpc, functions, jobs)
        subnets = [subnet.subnet_id for subnet in self.vpc.isolated_subnets]
        for value in (self.vpc.vpc_id, functions.security_group_id, jobs.security_group_id, *subnets):
            self.export_value(value)

    def _vpc(self, settings: Settings) -> ec2.Vpc:
        return ec2.Vpc(
            self,
            "Vpc",
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=20)
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDB": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            flow_logs={
                "Rejected": ec2.FlowLogOptions(
                    traffic_type=ec2.FlowLogTrafficType.REJECT,
                    destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                        logs.LogGroup(self, "FlowLogs", retention=RETENTION[settings.log_days])
                    ),
                )
            },
        )

    @property
    def availability_zones(self) -> list[str]:
        """CDK asks its stack for these, and a stack that does not know asks the account: synthesis needs none."""
        return self.zones


def _in_two_zones(vpc: ec2.Vpc) -> ec2.SubnetSelection:
    """Enough to outlive the loss of a zone. An endpoint is charged for each zone, and answers functions in all."""
    return ec2.SubnetSelection(subnets=vpc.isolated_subnets[:2])
