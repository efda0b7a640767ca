"""The OpenSearch domain of profile `full`. What functions may ask of it: infra/functions/search_grants.py."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from constructs import Construct

from infra.monitoring.logs import RETENTION
from infra.names import Names
from infra.settings import Settings

ENGINE = "OpenSearch_2.19"
"""The same as the engine of tests/search_engine.py."""
ZONES = 3
"""Of a domain with several nodes. Each is eligible as leader, so a majority is left when a zone is lost."""
LOGGED = ("ES_APPLICATION_LOGS", "SEARCH_SLOW_LOGS", "INDEX_SLOW_LOGS")


class SearchDomain(Construct):
    """In the VPC, encrypted on disk and on the way, reached by functions that sign and hold a grant."""

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        names: Names,
        vpc: ec2.IVpc,
        functions_group: ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, "Search")
        self._settings = settings
        group = ec2.SecurityGroup(self, "Group", vpc=vpc, description="OpenSearch", allow_all_outbound=False)
        group.add_ingress_rule(functions_group, ec2.Port.tcp(443), "functions search and index")
        logged, may_log = self._logs()
        self.domain = opensearch.CfnDomain(
            self,
            "Domain",
            domain_name=names.search_domain,
            engine_version=ENGINE,
            cluster_config=self._cluster(),
            ebs_options=opensearch.CfnDomain.EBSOptionsProperty(
                ebs_enabled=True, volume_type="gp3", volume_size=settings.search_gib
            ),
            vpc_options=self._network(vpc, group),
            encryption_at_rest_options=opensearch.CfnDomain.EncryptionAtRestOptionsProperty(enabled=True),
            node_to_node_encryption_options=opensearch.CfnDomain.NodeToNodeEncryptionOptionsProperty(enabled=True),
            domain_endpoint_options=opensearch.CfnDomain.DomainEndpointOptionsProperty(
                enforce_https=True, tls_security_policy="Policy-Min-TLS-1-2-PFS-2023-10"
            ),
            access_policies=self._access(names),
            log_publishing_options=dict.fromkeys(LOGGED, logged),
            off_peak_window_options=opensearch.CfnDomain.OffPeakWindowOptionsProperty(enabled=True),
            software_update_options=opensearch.CfnDomain.SoftwareUpdateOptionsProperty(
                auto_software_update_enabled=True
            ),
        )
        # What is in it can be built again from the tables at any time.
        self.domain.apply_removal_policy(RemovalPolicy.DESTROY)
        self.domain.node.add_dependency(may_log)
        self.url = f"https://{self.domain.attr_domain_endpoint}"

    def _cluster(self) -> opensearch.CfnDomain.ClusterConfigProperty:
        nodes = self._settings.search_nodes
        zones = opensearch.CfnDomain.ZoneAwarenessConfigProperty(availability_zone_count=ZONES) if nodes > 1 else None
        return opensearch.CfnDomain.ClusterConfigProperty(
            instance_type=self._settings.search_instance,
            instance_count=nodes,
            zone_awareness_enabled=nodes > 1,
            zone_awareness_config=zones,
        )

    def _network(self, vpc: ec2.IVpc, group: ec2.SecurityGroup) -> opensearch.CfnDomain.VPCOptionsProperty:
        subnets = vpc.isolated_subnets[: ZONES if self._settings.search_nodes > 1 else 1]
        return opensearch.CfnDomain.VPCOptionsProperty(
            subnet_ids=[subnet.subnet_id for subnet in subnets], security_group_ids=[group.security_group_id]
        )

    def _access(self, names: Names) -> dict[str, object]:
        """Leaves the decision to IAM, where only the functions' own roles hold a grant. Naming those here would tie
        this stack and theirs into a cycle; without a policy anybody inside the VPC would be let in."""
        stack = Stack.of(self)
        allowed = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{stack.partition}:iam::{stack.account}:root"},
            "Action": ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"],
            "Resource": f"{names.search_domain_arn}/*",
        }
        return {"Version": "2012-10-17", "Statement": [allowed]}

    def _logs(self) -> tuple[opensearch.CfnDomain.LogPublishingOptionProperty, logs.ResourcePolicy]:
        group = logs.LogGroup(
            self, "Logs", retention=RETENTION[self._settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        may_log = logs.ResourcePolicy(
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
        published = opensearch.CfnDomain.LogPublishingOptionProperty(
            cloud_watch_logs_log_group_arn=group.log_group_arn, enabled=True
        )
        return published, may_log
