"""The HTTP API: one route per catalogue line's route, a JWT authorizer, an emergency throttle, access logs."""

import json

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct

from infra.catalogue import FUNCTIONS
from infra.function import RETENTION, camel
from infra.settings import Settings
from infra.stacks.state import StateStack

ACCESS_LOG = {
    name: f"$context.{name}"
    for name in ("requestId", "requestTime", "httpMethod", "routeKey", "status", "responseLatency", "integrationError")
}


class HttpApi(Construct):
    """`api` is the gateway, `host` its address without scheme."""

    def __init__(self, scope: Construct, settings: Settings, state: StateStack) -> None:
        super().__init__(scope, "Http")
        region = Stack.of(self).region
        if settings.issuer:
            issuer, audience = settings.issuer, list(settings.audience)
        else:
            assert state.user_pool
            assert state.client
            issuer = f"https://cognito-idp.{region}.{Aws.URL_SUFFIX}/{state.user_pool.user_pool_id}"
            audience = [state.client.user_pool_client_id]
        self.authorizer = authorizers.HttpJwtAuthorizer("Token", issuer, jwt_audience=audience)
        domain = self._domain(settings)
        api = apigw.HttpApi(
            self,
            "Api",
            api_name=f"reelstack-{settings.stage}",
            create_default_stage=False,
            disable_execute_api_endpoint=domain is not None,
            cors_preflight=apigw.CorsPreflightOptions(
                allow_origins=[*([f"https://{settings.domain}"] if settings.domain else []), *settings.web_origins]
                or ["https://localhost"],
                allow_methods=[apigw.CorsHttpMethod.ANY],
                allow_headers=["authorization", "content-type", "idempotency-key"],
                expose_headers=["apigw-requestid", "idempotency-replayed", "retry-after", "x-correlation-id"],
                max_age=Duration.hours(1),
            ),
        )
        access_logs = logs.LogGroup(
            self, "ApiLogs", retention=RETENTION[settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        stage = apigw.HttpStage(
            self,
            "ApiStage",
            http_api=api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(rate_limit=settings.api_rate_limit, burst_limit=settings.api_rate_limit),
            domain_mapping=apigw.DomainMappingOptions(domain_name=domain) if domain else None,
        )
        default = stage.node.default_child
        assert isinstance(default, apigw.CfnStage)
        default.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=access_logs.log_group_arn, format=json.dumps(ACCESS_LOG)
        )
        self.host = domain.name if domain else f"{api.api_id}.execute-api.{region}.{Aws.URL_SUFFIX}"
        self.api = api

    def lead(self, scope: Construct, functions: dict[str, lambda_.IFunction]) -> dict[str, apigw.HttpRoute]:
        """The catalogue's routes, each to its function, made in `scope`."""
        made = {}
        for line in FUNCTIONS:
            if not (line.routes or line.public_routes):
                continue
            name = camel(line.name)
            # One permission a service, not one a route: a stack ends at 500 resources.
            integration = integrations.HttpLambdaIntegration(
                f"{name}Http", functions[line.name], scope_permission_to_route=False
            )
            for route in (*line.routes, *line.public_routes):
                method, path = route.split(" ")
                made[route] = apigw.HttpRoute(
                    scope,
                    route.replace("/", "-"),
                    http_api=self.api,
                    route_key=apigw.HttpRouteKey.with_(path, apigw.HttpMethod(method)),
                    integration=integration,
                    authorizer=self.authorizer if route in line.routes else None,
                )
        return made

    def _domain(self, settings: Settings) -> apigw.DomainName | None:
        """api.<domain>, so that the gateway's own address can be switched off. Needs the hosted zone id."""
        if not (settings.domain and settings.hosted_zone_id):
            return None
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=settings.hosted_zone_id, zone_name=settings.domain
        )
        host = f"api.{settings.domain}"
        certificate = acm.Certificate(
            self, "ApiCertificate", domain_name=host, validation=acm.CertificateValidation.from_dns(zone)
        )
        domain = apigw.DomainName(self, "ApiDomain", domain_name=host, certificate=certificate)
        route53.ARecord(
            self,
            "ApiAlias",
            zone=zone,
            record_name=host,
            target=route53.RecordTarget.from_alias(
                route53_targets.ApiGatewayv2DomainProperties(
                    domain.regional_domain_name, domain.regional_hosted_zone_id
                )
            ),
        )
        return domain
