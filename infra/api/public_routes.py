"""Routes that answer without a token, beside the stage that throttles each of them.

The gateway can be reached without the CDN and its firewall. A flood of a route that anybody may call would take the
requests a second that the stage has for all, so each has a throttle of its own. API Gateway refuses a stage whose
settings name a route that is not there yet ("Unable to find Route by key"), and the stage is made before the stacks of
functions: so these routes stand in its stack, and name their function by its ARN. The key of a route that asks nobody
for a token is of any method: the route of version 0.2.0 (GET, in the function's stack) may stand beside it until that
stack is deployed.

A JWT authorizer cannot be optional. What can be used with a token or without is therefore two routes: the one of the
catalogue, with the authorizer, and one below ANONYMOUS_PATH without. The edge leads a GET, and reports of events,
without an Authorization header to the second (infra/edge/viewer_address.js); a request with a token, however bad, meets
the authorizer.
What has no route at all comes to a function too, so that a wrong method is told 405 and a missing token 401 in the form
of all refusals (reelstack.web.problems), and not 404 `{"message": "Not Found"}`. A route of the catalogue is more
specific than these two, so nothing that wants a token can be had by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_apigatewayv2 as apigw
from constructs import Construct

from infra.api.routes import route_id
from infra.catalogue import Fn
from infra.settings import Settings
from reelstack.web.app import ANONYMOUS_PATH
from reelstack.web.rate_limits import Rate

UNROUTED = ("ANY /v1/{proxy+}", f"GET {ANONYMOUS_PATH}/v1/{{proxy+}}")


@dataclass(frozen=True)
class OpenRoute:
    """`function_arn`: of a function that another stack makes later. `rate`: the gateway's throttle."""

    key: str
    name: str
    """From which its constructs are named."""
    function_arn: str
    rate: Rate


def any_method(route: str) -> str:
    """GET /v1/health -> ANY /v1/health; the service itself answers 405 to another method."""
    return f"ANY {route.partition(' ')[2]}"


def anonymous(route: str) -> str:
    """GET /v1/feed -> GET /anonymous/v1/feed."""
    method, _, path = route.partition(" ")
    return f"{method} {ANONYMOUS_PATH}{path}"


def open_routes(line: Fn, function_arn: str, settings: Settings) -> list[OpenRoute]:
    """Every route of a service that the gateway lets pass without a token."""
    public, reading = settings.public_rate, settings.anonymous_route_rate
    return [
        *(OpenRoute(any_method(route), route, function_arn, public) for route in line.public_routes),
        # Without a token the edge leads these there as well.
        *(OpenRoute(anonymous(route), anonymous(route), function_arn, public) for route in line.public_routes),
        *(OpenRoute(anonymous(route), anonymous(route), function_arn, reading) for route in line.anonymous_routes),
        *(OpenRoute(page, page, function_arn, reading) for page in line.pages),
        # Behind an API of its own a deployment answers what has no route there, too.
        *(OpenRoute(key, key, function_arn, reading) for key in UNROUTED if line.public_routes or line.copy_of),
    ]


def add_open_routes(scope: Construct, api_id: str, stage: apigw.CfnStage, routes: list[OpenRoute]) -> None:
    """The routes, and their throttles in the stage."""
    for route in routes:
        made = apigw.CfnRoute(
            scope,
            route_id(route.key),
            api_id=api_id,
            route_key=route.key,
            target=f"integrations/{_integration(scope, api_id, route)}",
            authorization_type="NONE",
        )
        stage.add_resource_dependency(made)
    stage.route_settings = {route.key: _throttle(route.rate) for route in routes}


def _integration(scope: Construct, api_id: str, route: OpenRoute) -> str:
    made = apigw.CfnIntegration(
        scope,
        f"{route_id(route.name)}--leads-to",
        api_id=api_id,
        integration_type="AWS_PROXY",
        integration_uri=route.function_arn,
        payload_format_version="2.0",
    )
    return made.ref


def _throttle(rate: Rate) -> Mapping[str, float]:
    return {"ThrottlingRateLimit": rate.per_second, "ThrottlingBurstLimit": rate.at_once}
