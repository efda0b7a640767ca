"""The cache of profile `full`: Valkey, without servers of ours."""

from collections.abc import Mapping

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from infra.names import Names
from infra.settings import Settings

PORTS = (6379, 6380)
"""Of the writer's and the readers' endpoints."""


class Cache:
    """Made in `scope`. `callers`: what they do there -> their group. `shared_values` are what other stacks import."""

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        names: Names,
        vpc: ec2.IVpc,
        callers: Mapping[str, ec2.ISecurityGroup],
    ) -> None:
        group = ec2.SecurityGroup(scope, "Cache", vpc=vpc, description="Valkey", allow_all_outbound=False)
        for port in PORTS:
            for why, caller in callers.items():
                group.add_ingress_rule(caller, ec2.Port.tcp(port), why)
        cache = elasticache.CfnServerlessCache(
            scope,
            "Valkey",
            serverless_cache_name=names.cache,
            engine="valkey",
            major_engine_version="8",
            # Other subnets would replace the cache, whose name is fixed. Two zones are what AWS asks for.
            subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets[:2]],
            security_group_ids=[group.security_group_id],
            cache_usage_limits=elasticache.CfnServerlessCache.CacheUsageLimitsProperty(
                data_storage=elasticache.CfnServerlessCache.DataStorageProperty(maximum=settings.cache_gb, unit="GB"),
                ecpu_per_second=elasticache.CfnServerlessCache.ECPUPerSecondProperty(
                    maximum=settings.cache_ecpu_per_second, minimum=settings.cache_least_ecpu_per_second or None
                ),
            ),
        )
        self.shared_values = (cache.attr_endpoint_address, cache.attr_endpoint_port)
        self.url = f"valkeys://{cache.attr_endpoint_address}:{cache.attr_endpoint_port}"
