"""The OpenSearch domain of profile `full`, and what functions may ask of it."""

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from constructs import Construct

from infra.function import RETENTION
from infra.settings import Settings

ENGINE = "OpenSearch_2.19"
"""The same as the engine of tests/engines/test_search.py."""
SEARCH_ABILITIES: dict[str, tuple[tuple[str, str], ...]] = {
    "search": (("ESHttpPost", "videos/_search"), ("ESHttpPost", "people/_search")),
    "index_search": (
        ("ESHttpGet", "_alias/*"),
        ("ESHttpPut", "videos-*"),
        ("ESHttpPut", "people-*"),
        ("ESHttpPost", "_bulk"),
    ),
    "rebuild_search": (
        ("ESHttpGet", "_alias"),
        ("ESHttpGet", "_alias/*"),
        ("ESHttpPut", "videos-*"),
        ("ESHttpPut", "people-*"),
        ("ESHttpDelete", "videos-*"),
        ("ESHttpDelete", "people-*"),
        ("ESHttpPost", "videos-*"),
        ("ESHttpPost", "people-*"),
        ("ESHttpPost", "_bulk"),
        ("ESHttpPost", "_aliases"),
    ),
}
"""Of a catalogue line's `calls`: methods, and the paths of the domain they are allowed on."""
LOGGED = ("ES_APPLICATION_LOGS", "SEARCH_SLOW_LOGS", "INDEX_SLOW_LOGS")


class SearchDomain(Construct):
    """In the VPC, encrypted on disk and on the way, reached by functions that sign and hold a grant."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        vpc: ec2.IVpc,
        functions_group: ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        stack, self.name, self.gib = Stack.of(self), f"reelstack-{settings.stage}", settings.search_gib
        self.arn = stack.format_arn(
            service="es", resource="domain", resource_name=self.name, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        group = ec2.SecurityGroup(self, "Group", vpc=vpc, description="OpenSearch", allow_all_outbound=False)
        group.add_ingress_rule(functions_group, ec2.Port.tcp(443), "functions search and index")
        several = settings.search_nodes > 1
        subnets = vpc.isolated_subnets[: 2 if several else 1]
        domain = opensearch.CfnDomain(
            self,
            "Domain",
            domain_name=self.name,
            engine_version=ENGINE,
            cluster_config=opensearch.CfnDomain.ClusterConfigProperty(
                instance_type=settings.search_instance,
                instance_count=settings.search_nodes,
                zone_awareness_enabled=several,
                zone_awareness_config=opensearch.CfnDomain.ZoneAwarenessConfigProperty(availability_zone_count=2)
                if several
                else None,
            ),
            ebs_options=opensearch.CfnDomain.EBSOptionsProperty(
                ebs_enabled=True, volume_type="gp3", volume_size=settings.search_gib
            ),
            vpc_options=opensearch.CfnDomain.VPCOptionsProperty(
                subnet_ids=[subnet.subnet_id for subnet in subnets], security_group_ids=[group.security_group_id]
            ),
            encryption_at_rest_options=opensearch.CfnDomain.EncryptionAtRestOptionsProperty(enabled=True),
            node_to_node_encryption_options=opensearch.CfnDomain.NodeToNodeEncryptionOptionsProperty(enabled=True),
            domain_endpoint_options=opensearch.CfnDomain.DomainEndpointOptionsProperty(
                enforce_https=True, tls_security_policy="Policy-Min-TLS-1-2-PFS-2023-10"
            ),
            # Hands the decision to IAM, where only the functions' own roles hold a grant. Naming those here would tie
            # this stack and theirs into a cycle; without a policy whoever is in the VPC would be let in.
            access_policies={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:{stack.partition}:iam::{stack.account}:root"},
                        "Action": ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"],
                        "Resource": f"{self.arn}/*",
                    }
                ],
            },
            log_publishing_options=self._logs(settings),
            off_peak_window_options=opensearch.CfnDomain.OffPeakWindowOptionsProperty(enabled=True),
            software_update_options=opensearch.CfnDomain.SoftwareUpdateOptionsProperty(
                auto_software_update_enabled=True
            ),
        )
        # What is in it can be built again from the tables at any time.
        domain.apply_removal_policy(RemovalPolicy.DESTROY)
        domain.node.add_dependency(self.may_log)
        self.domain = domain
        self.url = f"https://{domain.attr_domain_endpoint}"

    def statement(self, ability: str) -> iam.PolicyStatement:
        """What a catalogue line's `calls` allows. Methods and paths are allowed together, so they are as few as it
        takes."""
        pairs = SEARCH_ABILITIES[ability]
        return iam.PolicyStatement(
            actions=sorted({f"es:{action}" for action, _ in pairs}),
            resources=sorted({f"{self.arn}/{path}" for _, path in pairs}),
        )

    def metric(self, name: str, statistic: str = "Maximum") -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ES",
            metric_name=name,
            dimensions_map={"DomainName": self.name, "ClientId": Stack.of(self).account},
            statistic=statistic,
        )

    @property
    def used_percent(self) -> cloudwatch.MathExpression:
        """Of the node that has the least left."""
        return cloudwatch.MathExpression(
            expression=f"100 - 100 * free / {self.gib * 1024}",
            using_metrics={"free": self.metric("FreeStorageSpace", "Minimum")},
            label="disk used, percent",
        )

    def _logs(self, settings: Settings) -> dict[str, opensearch.CfnDomain.LogPublishingOptionProperty]:
        group = logs.LogGroup(
            self, "Logs", retention=RETENTION[settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        self.may_log = logs.ResourcePolicy(
            self,
            "MayLog",
            policy_statements=[
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("es.amazonaws.com")],
                    actions=["logs:PutLogEvents", "logs:CreateLogStream"],
                    resources=[group.log_group_arn],
                )
            ],
        )
        return {
            kind: opensearch.CfnDomain.LogPublishingOptionProperty(
                cloud_watch_logs_log_group_arn=group.log_group_arn, enabled=True
            )
            for kind in LOGGED
        }
