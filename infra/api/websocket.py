"""The WebSocket API that notifications are pushed over: its address, its one way in, and who may post to it."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.settings import Settings

STAGE = "live"
NEW_CONNECTIONS = 500
"""A second: what API Gateway gives an account in a region unless more is asked for."""


def origin(settings: Settings, api_id: str) -> str:
    """Scheme and host that clients of an API connect to. Its certificate is API Gateway's own: tickets, not names, let
    somebody in."""
    if settings.storage_origin:
        return settings.storage_origin.replace("http", "ws", 1)
    return f"wss://{api_id}.execute-api.{settings.region}.{Aws.URL_SUFFIX}"


class WebSocket(Construct):
    """The API alone, at first: functions are told its address before its routes can lead to one of them.

    `closing` and `stage` are what a rule checker asks about: the route that wants no authorization, and the stage.
    """

    closing: apigw.WebSocketRoute
    stage: apigw.WebSocketStage

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.api = apigw.WebSocketApi(self, "Api", api_name=f"reelstack-{settings.stage}-socket")
        self._settings = settings

    @property
    def url(self) -> str:
        """What clients connect to."""
        path = f"/_aws/execute-api/{self.api.api_id}/{STAGE}" if self._settings.storage_origin else f"/{STAGE}"
        return origin(self._settings, self.api.api_id) + path

    @property
    def connections(self) -> list[str]:
        """ARNs of posting to its connections, and of closing them."""
        return [
            Stack.of(self).format_arn(
                service="execute-api",
                resource=self.api.api_id,
                resource_name=f"{STAGE}/{method}/@connections/*",
            )
            for method in ("POST", "DELETE")
        ]

    def open(self, connect: lambda_.IFunction) -> None:
        """Adds $connect for who has a ticket, and $disconnect. Clients send nothing over it: they speak HTTP."""
        integration = integrations.WebSocketLambdaIntegration("Connect", connect)
        authorizer = authorizers.WebSocketLambdaAuthorizer(
            "Ticket", connect, identity_source=["route.request.querystring.ticket"]
        )
        opening = apigw.WebSocketRoute(
            self,
            "OnConnect",
            web_socket_api=self.api,
            route_key="$connect",
            integration=integration,
            authorizer=authorizer,
        )
        self.closing = apigw.WebSocketRoute(
            self, "OnDisconnect", web_socket_api=self.api, route_key="$disconnect", integration=integration
        )
        self.stage = apigw.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(rate_limit=NEW_CONNECTIONS, burst_limit=NEW_CONNECTIONS),
        )
        # $connect asks a function before anybody is let in: a flood of it must leave $disconnect its requests.
        limits = {
            "ThrottlingRateLimit": self._settings.connect_rate.per_second,
            "ThrottlingBurstLimit": self._settings.connect_rate.at_once,
        }
        plain = self.stage.node.default_child
        assert isinstance(plain, apigw.CfnStage)
        plain.route_settings = {"$connect": limits}
        # A WebSocket API without routes cannot be deployed.
        self.stage.node.add_dependency(opening, self.closing)
