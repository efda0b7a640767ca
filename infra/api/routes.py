"""The routes of one HTTP service, in the stack that holds its function.

A function, its integration and its routes change in one deployment of one stack: no request finds a route whose
function is gone. Plain CloudFormation resources, because CDK's route wants to own the API and its authorizer.
"""

from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.api.http_api import Gateway
from infra.catalogue import Fn
from infra.names import Names, camel


def add_routes(scope: Construct, line: Fn, invocable: lambda_.IFunction, gateway: Gateway, names: Names) -> None:
    """Leads the line's routes to its function. A token is asked for on each but the public ones."""
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
    for route in (*line.routes, *line.public_routes):
        public = route in line.public_routes
        apigw.CfnRoute(
            scope,
            _route_id(route),
            api_id=gateway.api_id,
            route_key=route,
            target=f"integrations/{integration.ref}",
            authorization_type="NONE" if public else "JWT",
            authorizer_id=None if public else gateway.authorizer_id,
        )


def _route_id(route: str) -> str:
    """PUT /v1/users/{user_id}/follow -> PUT--v1--users--{user_id}--follow, since "/" parts the names of constructs."""
    return route.replace(" /", "--").replace("/", "--")
