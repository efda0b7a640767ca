"""Which request goes to which function. A stack of its own, since a stack ends at 500 resources."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.socket_api import open_socket
from infra.stacks.app import AppStack


class RoutesStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, application: AppStack, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        functions = {name: made.invocable for name, made in application.functions.items()}
        self.routes = application.http.lead(self, functions)
        self.closing, self.socket_stage = open_socket(self, application.socket_api, functions["connect"])
