"""Engines of profile `full`: cache and search. The Flink job has a stack of its own: infra/stacks/interests.py."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.engines.cache import Cache
from infra.engines.endpoints import Endpoints
from infra.engines.search_domain import SearchDomain
from infra.functions.wiring import Inside
from infra.names import Names
from infra.settings import Settings


class EnginesStack(Stack):
    """`endpoints` is for functions; what it is made of is exported whether or not a function uses it today."""

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, names: Names, inside: Inside, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        callers = {
            "functions read and write the cache": inside.security_group,
            "the Flink job writes interests": inside.jobs_group,
        }
        cache = Cache(self, settings, names, inside.vpc, callers)
        self.search = SearchDomain(self, settings, names, inside.vpc, inside.security_group)
        for value in (*cache.shared_values, self.search.domain.attr_domain_endpoint):
            self.export_value(value)
        self.endpoints = Endpoints(cache_url=cache.url, search_url=self.search.url)
