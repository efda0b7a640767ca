"""Routes that answer without a token, beside the stage that throttles each of them.

The gateway can be reached without the CDN and its firewall. A flood of a route that anybody may call would take the
requests a second that the stage has for all, so each has a throttle of its own. API Gateway refuses a stage whose
settings name a route that is not there yet ("Unable to find Route by key"), and the stage is made before the stacks of
functions: so these routes stand in its stack, and name their function by its ARN. The key is of any method: the route
of version 0.2.0 (GET, in the function's stack) may stand beside it until that stack is deployed.
"""

from collections.abc import Mapping

from aws_cdk import aws_apigatewayv2 as apigw
from constructs import Construct

from infra.api.routes import route_id
from reelstack.web.rate_limits import Rate


def any_method(route: str) -> str:
    """GET /v1/health -> ANY /v1/health; the service itself answers 405 to another method."""
    return f"ANY {route.partition(' ')[2]}"


def add_public_routes(
    scope: Construct, api_id: str, stage: apigw.CfnStage, leads_to: Mapping[str, str], rate: Rate
) -> None:
    """`leads_to`: route of the catalogue -> ARN of the function, which another stack makes later."""
    limits = {"ThrottlingRateLimit": rate.per_second, "ThrottlingBurstLimit": rate.at_once}
    for route, function_arn in leads_to.items():
        integration = apigw.CfnIntegration(
            scope,
            f"{route_id(route)}--leads-to",
            api_id=api_id,
            integration_type="AWS_PROXY",
            integration_uri=function_arn,
            payload_format_version="2.0",
        )
        made = apigw.CfnRoute(
            scope,
            route_id(any_method(route)),
            api_id=api_id,
            route_key=any_method(route),
            target=f"integrations/{integration.ref}",
            authorization_type="NONE",
        )
        stage.add_dependency(made)
    stage.route_settings = {any_method(route): limits for route in leads_to}
