"""The HTTP API. Routes that want a token stand in the stacks of the functions that they lead to."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.api.http_api import HttpApi
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
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.http = HttpApi(self, settings, stores, public)
        for value in (self.http.gateway.api_id, self.http.gateway.authorizer_id):
            self.export_value(value)
        for name, value in {"ApiUrl": f"https://{self.http.host}", "ApiId": self.http.api.api_id}.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
