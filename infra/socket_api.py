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


def socket_api(scope: Construct, settings: Settings) -> apigw.WebSocketApi:
    """The API alone: functions are told its address, and its routes lead to a function."""
    return apigw.WebSocketApi(scope, "Socket", api_name=f"reelstack-{settings.stage}-socket")


def socket_url(api: apigw.WebSocketApi, settings: Settings) -> str:
    """What clients connect to. Its certificate is API Gateway's own: tickets, not names, let somebody in."""
    if settings.storage_origin:
        return f"{settings.storage_origin.replace('http', 'ws', 1)}/_aws/execute-api/{api.api_id}/{STAGE}"
    return f"wss://{api.api_id}.execute-api.{Stack.of(api).region}.{Aws.URL_SUFFIX}/{STAGE}"


def connections(api: apigw.WebSocketApi) -> list[str]:
    """ARNs of posting to its connections, and of closing them."""
    return [
        Stack.of(api).format_arn(
            service="execute-api", resource=api.api_id, resource_name=f"{STAGE}/{method}/@connections/*"
        )
        for method in ("POST", "DELETE")
    ]


def open_socket(
    scope: Construct, api: apigw.WebSocketApi, connect: lambda_.IFunction
) -> tuple[apigw.WebSocketRoute, apigw.WebSocketStage]:
    """$connect for who has a ticket, and $disconnect. Nothing is listened to: clients speak HTTP. Returns what a rule
    checker asks about: the route that wants no authorization, and the stage."""
    integration = integrations.WebSocketLambdaIntegration("Connect", connect)
    authorizer = authorizers.WebSocketLambdaAuthorizer(
        "Ticket", connect, identity_source=["route.request.querystring.ticket"]
    )
    opening = apigw.WebSocketRoute(
        scope, "OnConnect", web_socket_api=api, route_key="$connect", integration=integration, authorizer=authorizer
    )
    closing = apigw.WebSocketRoute(
        scope, "OnDisconnect", web_socket_api=api, route_key="$disconnect", integration=integration
    )
    stage = apigw.WebSocketStage(
        scope,
        "SocketStage",
        web_socket_api=api,
        stage_name=STAGE,
        auto_deploy=True,
        throttle=apigw.ThrottleSettings(rate_limit=NEW_CONNECTIONS, burst_limit=NEW_CONNECTIONS),
    )
    # A WebSocket API without routes cannot be deployed.
    stage.node.add_dependency(opening, closing)
    return closing, stage
