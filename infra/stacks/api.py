"""The HTTP API, and one for each deployment of the feed. Routes that want a token stand in the stacks of the functions
that they lead to."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.api.http_api import MAIN, HttpApi
from infra.api.public_routes import OpenRoute
from infra.settings import Settings
from infra.storage.stores import Stores


class ApiStack(Stack):
    """`http.gateway` is for those stacks. Its values are exported whether or not there is a route today."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        stores: Stores,
        *,
        public: Sequence[OpenRoute],
        copies: Mapping[str, Sequence[OpenRoute]],
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.http = HttpApi(self, settings, stores, public)
        self.copies = {name: HttpApi(self, settings, stores, open_, name) for name, open_ in copies.items()}
        """By the deployment's name, feed_a: each API stops at its own limit."""
        for http in (self.http, *self.copies.values()):
            for value in (http.gateway.api_id, http.gateway.authorizer_id):
                self.export_value(value)
        for name, value in {"ApiUrl": f"https://{self.http.host}", "ApiId": self.http.api.api_id}.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)

    @property
    def hosts(self) -> dict[str, str]:
        """The address of each API, by the id that it has among the distribution's origins."""
        return {MAIN: self.http.host, **{name: http.host for name, http in self.copies.items()}}
