"""Engines of profile `full`: cache and search. Streams and batch join here with the parts that use them."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from infra.search_domain import SearchDomain
from infra.settings import Settings
from infra.stacks.network import NetworkStack

CACHE_PORTS = (6379, 6380)  # writer and reader endpoints


class EnginesStack(Stack):
    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, network: NetworkStack, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        group = ec2.SecurityGroup(self, "Cache", vpc=network.vpc, description="Valkey", allow_all_outbound=False)
        for port in CACHE_PORTS:
            group.add_ingress_rule(network.functions_group, ec2.Port.tcp(port), "functions read and write the cache")
        cache = elasticache.CfnServerlessCache(
            self,
            "Valkey",
            serverless_cache_name=f"reelstack-{settings.stage}",
            engine="valkey",
            major_engine_version="8",
            subnet_ids=[subnet.subnet_id for subnet in network.vpc.isolated_subnets],
            security_group_ids=[group.security_group_id],
            cache_usage_limits=elasticache.CfnServerlessCache.CacheUsageLimitsProperty(
                data_storage=elasticache.CfnServerlessCache.DataStorageProperty(maximum=10, unit="GB"),
                ecpu_per_second=elasticache.CfnServerlessCache.ECPUPerSecondProperty(maximum=50_000),
            ),
        )
        self.cache_url = f"valkeys://{cache.attr_endpoint_address}:{cache.attr_endpoint_port}"
        self.search = SearchDomain(self, "Search", settings, network.vpc, network.functions_group)
