"""The HTTP API in front of the functions, and the way into the WebSocket API. Apart from them: a stack ends at 500
resources."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.http_api import HttpApi
from infra.settings import Settings
from infra.socket_api import open_socket
from infra.stacks.app import AppStack
from infra.stacks.state import StateStack


class ApiStack(Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        state: StateStack,
        application: AppStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        invocable = {name: made.invocable for name, made in application.functions.items()}
        self.http = HttpApi(self, settings, state, invocable)
        self.closing, self.socket_stage = open_socket(self, application.socket_api, invocable["connect"])
        alarms = application.alarms
        alarms.api(self.http.api)
        alarms.dashboard(application.functions, application.machine, self.http.api)
        for name, value in {"ApiUrl": f"https://{self.http.host}", "ApiId": self.http.api.api_id}.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
