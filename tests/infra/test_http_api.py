"""The gateway: every route of the catalogue, a token on each but the public ones, and an emergency stop."""

import json
from typing import Any

import pytest

from infra.api.public_routes import UNROUTED, anonymous, open_routes
from infra.api.routes import route_key
from infra.catalogue import FUNCTIONS, Fn, copies
from infra.functions import concurrency
from infra.functions.function import snap_started
from infra.settings import Settings
from infra.stages import STAGES
from tests.infra.templates import Assembly, Resource, place, stack_of

PUBLIC = {route.key for line in FUNCTIONS for route in open_routes(line, "arn", STAGES["prod"])}
MAIN, COPIES = "Api/Http/Api", {f"Api/HttpFeed{name}/Api": f"feed_{name.lower()}" for name in "AB"}
DEPLOYMENTS = copies(FUNCTIONS)
FEED_LEVEL_3 = 1_000
"""Requests a second at which the feed degrades (REQUIREMENTS R10); the gateway's limit must stay far above."""


def _routes(assembly: Assembly, api: str = MAIN) -> dict[str, dict[str, Any]]:
    """Of an HTTP API: those of the WebSocket API begin with "$"."""
    found = [route for route in assembly.of("AWS::ApiGatewayV2::Route") if route.properties["RouteKey"][0] != "$"]
    of_apis = {assembly.flat(route.stack, route.properties["ApiId"]) for route in found}
    assert of_apis == {MAIN, *COPIES}
    ours = [route for route in found if assembly.flat(route.stack, route.properties["ApiId"]) == api]
    return {route.properties["RouteKey"]: route.properties for route in ours}


def test_the_gateway_has_the_catalogues_routes_and_no_others(variant: Assembly) -> None:
    wanted = {route_key(route) for line in FUNCTIONS for route in line.routes} | PUBLIC
    assert set(_routes(variant)) == wanted


def test_a_word_with_a_slash_reaches_its_route() -> None:
    """The gateway decodes a path before it looks for a route."""
    routes = [route for line in FUNCTIONS for route in line.routes]
    greedy = [route_key(route) for route in routes if route_key(route) != route]
    assert greedy == [f"{method} /v1/feed/hidden/tags/{{tag+}}" for method in ("PUT", "DELETE")]


def test_every_route_wants_a_token_but_the_public_ones(variant: Assembly) -> None:
    assert {key for key in PUBLIC if not key.startswith(("GET /anonymous/v1/", "ANY /pages/"))} == {
        "ANY /v1/health",
        "POST /anonymous/v1/events",
        UNROUTED[0],
    }
    for key, route in _routes(variant).items():
        assert route["AuthorizationType"] == ("NONE" if key in PUBLIC else "JWT"), key
        assert ("AuthorizerId" in route) == (key not in PUBLIC), key


def test_every_route_that_answers_before_it_knows_who_asks_has_a_throttle_of_its_own(variant: Assembly) -> None:
    """A flood of one takes nothing from the others. API Gateway calls $disconnect itself, once for each connection."""
    stages = {
        variant.flat(stage.stack, stage.properties["ApiId"]): stage for stage in variant.of("AWS::ApiGatewayV2::Stage")
    }
    open_routes = [
        route
        for route in variant.of("AWS::ApiGatewayV2::Route")
        if route.properties["AuthorizationType"] != "JWT" and route.properties["RouteKey"] != "$disconnect"
    ]
    assert {route.properties["RouteKey"] for route in open_routes} == {*PUBLIC, "$connect"}
    assert {variant.flat(route.stack, route.properties["ApiId"]) for route in open_routes} > {MAIN, *COPIES}
    for route in open_routes:
        stage = stages[variant.flat(route.stack, route.properties["ApiId"])]
        own, shared = stage.properties["RouteSettings"][route.properties["RouteKey"]], stage.properties
        assert 0 < own["ThrottlingRateLimit"] <= shared["DefaultRouteSettings"]["ThrottlingRateLimit"] / 2
        assert 0 < own["ThrottlingBurstLimit"] < shared["DefaultRouteSettings"]["ThrottlingBurstLimit"]
        # "Unable to find Route by key": API Gateway refuses a stage before its routes.
        assert (route.stack, route.logical_id in stage.whole["DependsOn"]) == (stage.stack, True)


def test_a_route_without_a_token_leads_to_the_function_that_another_stack_makes(variant: Assembly) -> None:
    routes = _routes(variant)
    for line in FUNCTIONS:
        for route in open_routes(line, "arn", variant.settings):
            target = routes[route.key]["Target"]
            integration = variant.at(variant.flat("Api", target).removeprefix("integrations/")).properties
            function = variant.at(place(line)).properties["FunctionName"]
            alias = (
                f":{variant.at(place(line, 'Live')).properties['Name']}" if snap_started(line, variant.settings) else ""
            )
            assert integration["IntegrationUri"].endswith(f":function:{function}{alias}")


def test_what_is_read_without_a_token_is_a_second_route_beside_the_one_that_wants_it(variant: Assembly) -> None:
    """A token that is not valid meets the authorizer of the first, whatever the second would answer."""
    routes = _routes(variant)
    reading = [route for line in FUNCTIONS for route in line.anonymous_routes]
    assert {(routes[key]["AuthorizationType"], routes[anonymous(key)]["AuthorizationType"]) for key in reading} == {
        ("JWT", "NONE")
    }


def test_tokens_are_those_of_the_user_pools_own_client(variant: Assembly) -> None:
    found = [a for a in variant.of("AWS::ApiGatewayV2::Authorizer") if "JwtConfiguration" in a.properties]
    assert {variant.flat("Api", authorizer.properties["ApiId"]) for authorizer in found} == {MAIN, *COPIES}
    for authorizer in found:
        jwt = authorizer.properties["JwtConfiguration"]
        assert variant.flat("Api", jwt["Issuer"]).endswith("/State/Users")
        assert [variant.flat("Api", audience) for audience in jwt["Audience"]] == ["State/Users/App"]
        assert authorizer.properties["IdentitySource"] == ["$request.header.Authorization"]


def test_every_route_leads_to_the_live_version_of_its_service(variant: Assembly) -> None:
    for line in FUNCTIONS:
        for key in line.routes:
            target = _routes(variant)[route_key(key)]["Target"]
            integration = variant.at(variant.flat(stack_of(line), target).removeprefix("integrations/")).properties
            assert variant.flat(stack_of(line), integration["IntegrationUri"]) == _invoked(line.name, variant)
            assert integration["PayloadFormatVersion"] == "2.0"


@pytest.mark.parametrize("line", DEPLOYMENTS, ids=lambda line: line.name)
def test_a_deployment_of_the_feed_has_its_own_api_function_reservation_and_log(variant: Assembly, line: Fn) -> None:
    (api,) = (api for api, name in COPIES.items() if name == line.name)
    routes = _routes(variant, api)
    wanted = {f"GET /v1/feed{below}" for below in ("", "/latest", "/following", "/hidden", "/explanations/{user_id}")}
    opened = {route.key for route in open_routes(line, "arn", variant.settings)}
    assert set(routes) == wanted | opened
    assert opened == {anonymous("GET /v1/feed"), anonymous("GET /v1/feed/latest"), *UNROUTED}
    for key, route in routes.items():
        assert (route["AuthorizationType"] == "NONE") == (key in opened)
        stack = "Api" if key in opened else stack_of(line)
        integration = variant.at(variant.flat(stack, route["Target"]).removeprefix("integrations/")).properties
        if key not in opened:
            assert variant.flat(stack, integration["IntegrationUri"]) == _invoked(line.name, variant)
    function, told = (
        variant.at(place(line)).properties,
        variant.at(place(line)).properties["Environment"]["Variables"],
    )
    reserved = concurrency.reservations(variant.settings, DEPLOYMENTS).get(line.name)
    assert function.get("ReservedConcurrentExecutions") == reserved
    assert told["REELSTACK_FEED_DEPLOYMENT"] == line.name[-1]
    assert int(told["REELSTACK_FEED_CONCURRENCY"]) == (reserved or min(100, variant.settings.lambda_concurrency))
    assert variant.flat(stack_of(line), function["LoggingConfig"]["LogGroup"]) == place(line, "Logs")
    limits = variant.at(f"{api}Stage").properties["DefaultRouteSettings"]
    assert limits["ThrottlingRateLimit"] == variant.settings.api_rate_limit


def test_both_deployments_have_the_same_code(variant: Assembly) -> None:
    functions = [variant.at(place(name)).properties for name in ("feed", "feed_a", "feed_b")]
    assert len({json.dumps([f["Code"], f["Handler"], f["MemorySize"]]) for f in functions}) == 1


def test_the_gateway_may_invoke_every_service_it_leads_to(variant: Assembly) -> None:
    """The emulator invokes without asking for permission; AWS answers 500 without it."""
    permitted = [
        (variant.flat(permission.stack, permission.properties["FunctionName"]), _source(variant, permission))
        for permission in variant.of("AWS::Lambda::Permission")
        if permission.properties["Principal"] == "apigateway.amazonaws.com"
    ]
    services = [line.name for line in FUNCTIONS if line.routes or line.public_routes]
    api = "People/Socket/Api"
    socket = [f"{api}/{asked}" for asked in ("*$connect", "*$disconnect", f"authorizers/{api}/Ticket")]
    assert sorted(permitted) == sorted(
        [
            *((_invoked(name, variant), "Api/Http/Api/*/*/*") for name in services),
            *((_invoked(name, variant), f"{api}/*/*/*") for api, name in COPIES.items()),
            *((place("websocket", ".Arn"), asked) for asked in socket),
        ]
    )


def _invoked(service: str, assembly: Assembly) -> str:
    """Its live version where it starts from a snapshot, the function itself otherwise."""
    return place(service, "Live") if assembly.settings.snap_start else place(service, ".Arn")


def _source(assembly: Assembly, permission: Resource) -> str:
    """<api>/*/*/*: any stage, method and path of this API, and no other's."""
    return assembly.flat(permission.stack, permission.properties["SourceArn"]).rsplit(":", 1)[1]


def test_who_opens_a_socket_is_asked_for_a_ticket(variant: Assembly) -> None:
    opening, closing = (variant.at(f"People/Socket/On{name}").properties for name in ("Connect", "Disconnect"))
    assert (opening["AuthorizationType"], closing["AuthorizationType"]) == ("CUSTOM", "NONE")
    authorizer = variant.at(variant.flat("People", opening["AuthorizerId"]).removesuffix(".AuthorizerId")).properties
    assert authorizer["IdentitySource"] == ["route.request.querystring.ticket"]
    assert {opening["RouteKey"], closing["RouteKey"]} == {"$connect", "$disconnect"}
    stage = variant.at("People/Socket/Stage")
    assert stage.properties["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 500
    assert len([name for name in stage.whole["DependsOn"] if name.startswith("SocketOn")]) >= 2


def test_the_emergency_stop_is_at_least_five_times_what_the_feed_answers_in_full(variant: Assembly) -> None:
    limits = variant.at("Api/Http/ApiStage").properties["DefaultRouteSettings"]
    assert limits["ThrottlingRateLimit"] >= 5 * FEED_LEVEL_3
    assert limits["ThrottlingBurstLimit"] >= limits["ThrottlingRateLimit"]


def test_every_request_is_logged_without_what_identifies_the_caller(variant: Assembly) -> None:
    settings = variant.at("Api/Http/ApiStage").properties["AccessLogSettings"]
    assert variant.flat("Api", settings["DestinationArn"]) == "Api/Http/ApiLogs.Arn"
    assert not [word for word in ("authorization", "sourceIp", "jwt") if word in settings["Format"]]


def test_sign_in_is_by_code_with_pkce_and_by_password_on_laptops_only(variant: Assembly) -> None:
    client = variant.at("State/Users/App").properties
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_the_user_pool_knows_the_four_roles_the_services_ask_for(variant: Assembly) -> None:
    groups = [group.properties["GroupName"] for group in variant.of("AWS::Cognito::UserPoolGroup")]
    assert sorted(groups) == ["admin", "creator", "moderator", "viewer"]


def test_pages_elsewhere_may_read_what_a_client_must_know(variant: Assembly) -> None:
    cors = variant.at("Api/Http/Api").properties["CorsConfiguration"]
    assert {"retry-after", "x-correlation-id", "idempotency-replayed", "x-feed-level"} <= set(cors["ExposeHeaders"])
    assert {"authorization", "idempotency-key"} <= set(cors["AllowHeaders"])
    assert "AllowCredentials" not in cors


def test_a_stage_whose_gateway_would_refuse_before_the_application_does_not_exist() -> None:
    with pytest.raises(ValueError, match="emergency stop"):
        Settings(stage="x", account=STAGES["prod"].account, api_rate_limit=100)


def test_rates_of_routes_are_of_routes_there_are() -> None:
    routes = {route for line in FUNCTIONS for route in line.routes}
    for settings in STAGES.values():
        assert set(settings.route_rates) <= routes


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_what_asks_for_other_peoples_attention_has_a_rate_of_its_own(stage: str) -> None:
    settings = STAGES[stage]
    asking = [
        "POST /v1/videos/{video_id}/comments",
        "PATCH /v1/videos/{video_id}/comments/{comment_id}",
        "PUT /v1/users/{user_id}/follow",
        "PUT /v1/videos/{video_id}/report",
        "PUT /v1/videos/{video_id}/comments/{comment_id}/report",
    ]
    for route in asking:
        assert settings.route_rates[route].per_second < settings.user_rate.per_second / 10, route


def test_every_service_is_told_the_rates_and_an_alarm_rings_when_nobody_counts(prod: Assembly) -> None:
    for line in FUNCTIONS:
        if line.trigger == "http":
            variables = prod.at(place(line)).properties["Environment"]["Variables"]
            own = set(prod.settings.route_rates) & set(line.routes)
            assert set(json.loads(variables["REELSTACK_RATES"])) == {"user", "address", "anonymous"} | own
            assert variables["REELSTACK_RATE_LIMITER_FALLBACK"] == prod.settings.rate_limiter_fallback == "tables"
            assert prod.at(place(line, "Unlimited", below="Alarms")).properties["MetricName"] == "RateLimiterDown"


def test_no_route_leads_around_the_one_that_wants_a_token() -> None:
    """What catches the rest is greedy, and API Gateway prefers whatever is not."""
    assert all(key.endswith("/{proxy+}") for key in UNROUTED)
    assert not any("+}" in key for key in PUBLIC - set(UNROUTED))


def test_an_api_has_no_more_routes_than_aws_allows(variant: Assembly) -> None:
    assert len(_routes(variant)) <= 300
