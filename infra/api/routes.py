"""The routes of one HTTP service, in the stack that holds its function.

A function, its integration and its routes change in one deployment of one stack: no request finds a route whose
function is gone. Plain CloudFormation resources, because CDK's route wants to own the API and its authorizer. Routes
that answer without a token stand beside the stage, which throttles each: infra/api/public_routes.py.
"""

import re
from dataclasses import dataclass

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.catalogue import Fn
from infra.names import Names, camel

FREE = re.compile(r"\{(tag)\}$")
"""Parameters that hold words of people, which may have a slash in them."""


@dataclass(frozen=True)
class Gateway:
    """What a stack needs to add routes to the HTTP API."""

    api_id: str
    authorizer_id: str


def add_routes(scope: Construct, line: Fn, invocable: lambda_.IFunction, gateway: Gateway, names: Names) -> None:
    """Leads the line's routes to its function, with a token, and lets the gateway invoke it."""
    name = camel(line.name)
    integration = apigw.CfnIntegration(
        scope,
        f"{name}Http",
        api_id=gateway.api_id,
        integration_type="AWS_PROXY",
        integration_uri=invocable.function_arn,
        payload_format_version="2.0",
    )
    # One permission a service, not one a route: a stack ends at 500 resources.
    invocable.add_permission(
        f"{name}HttpPermission",
        principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
        source_arn=names.arn("execute-api", f"{gateway.api_id}/*/*/*"),
    )
    for route in line.routes:
        apigw.CfnRoute(
            scope,
            route_id(route),
            api_id=gateway.api_id,
            route_key=route_key(route),
            target=f"integrations/{integration.ref}",
            authorization_type="JWT",
            authorizer_id=gateway.authorizer_id,
        )


def route_key(route: str) -> str:
    """DELETE /v1/feed/hidden/tags/{tag} -> DELETE /v1/feed/hidden/tags/{tag+}: the gateway decodes a path before it
    looks for a route, so that a slash in a word parts it."""
    return FREE.sub(r"{\1+}", route)


def route_id(route: str) -> str:
    """PUT /v1/users/{user_id}/follow -> PUT--v1--users--{user_id}--follow, since "/" parts the names of constructs."""
    return route.replace(" /", "--").replace("/", "--")
