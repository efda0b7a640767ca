"""The HTTP API: a JWT authorizer, an emergency throttle, access logs. Its routes stand with their functions."""

import json
from collections.abc import Sequence

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct

from infra.api.public_routes import OpenRoute, add_open_routes
from infra.api.routes import Gateway
from infra.monitoring.logs import RETENTION
from infra.names import camel
from infra.page_origins import page_origins
from infra.settings import Settings
from infra.storage.stores import Stores

MAIN = "api"
ACCESS_LOG = {
    name: f"$context.{name}"
    for name in ("requestId", "requestTime", "httpMethod", "routeKey", "status", "responseLatency", "integrationError")
}


EXPOSED = ("apigw-requestid", "idempotency-replayed", "retry-after", "x-correlation-id", "x-feed-level")
"""Headers that pages of other sites may read."""


class HttpApi(Construct):
    """`gateway` is for the stacks that add routes, `host` its address without scheme."""

    def __init__(
        self, scope: Construct, settings: Settings, stores: Stores, public: Sequence[OpenRoute], name: str = MAIN
    ) -> None:
        """`public`: routes that answer without a token. `name`: of the API; beside the main one there may be others."""
        super().__init__(scope, "Http" if name == MAIN else f"Http{camel(name)}")
        self._settings, self._name = settings, name
        domain = self._domain()
        self.api = self._api(own_address=domain is None)
        stage = self._stage(domain)
        authorizer = self._authorizer(stores)
        add_open_routes(scope if name == MAIN else self, self.api.api_id, stage, list(public))
        self.gateway = Gateway(self.api.api_id, authorizer.attr_authorizer_id)
        address = f"{self.api.api_id}.execute-api.{Stack.of(self).region}.{Aws.URL_SUFFIX}"
        self.host = domain.name if domain else address

    def _api(self, own_address: bool) -> apigw.HttpApi:
        settings = self._settings
        return apigw.HttpApi(
            self,
            "Api",
            api_name=f"reelstack-{settings.stage}" + ("" if self._name == MAIN else f"-{self._name}"),
            create_default_stage=False,
            disable_execute_api_endpoint=not own_address,
            cors_preflight=apigw.CorsPreflightOptions(
                allow_origins=page_origins(settings) or ["https://localhost"],
                allow_methods=[apigw.CorsHttpMethod.ANY],
                allow_headers=["authorization", "content-type", "idempotency-key"],
                expose_headers=list(EXPOSED),
                max_age=Duration.hours(1),
            ),
        )

    def _stage(self, domain: apigw.DomainName | None) -> apigw.CfnStage:
        """The one stage. It deploys by itself whenever another stack adds or changes a route."""
        limit = self._settings.api_rate_limit
        access_logs = logs.LogGroup(
            self, "ApiLogs", retention=RETENTION[self._settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        stage = apigw.HttpStage(
            self,
            "ApiStage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(rate_limit=limit, burst_limit=limit),
            domain_mapping=apigw.DomainMappingOptions(domain_name=domain) if domain else None,
        )
        default = stage.node.default_child
        assert isinstance(default, apigw.CfnStage)
        default.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=access_logs.log_group_arn, format=json.dumps(ACCESS_LOG)
        )
        return default

    def _authorizer(self, stores: Stores) -> apigw.CfnAuthorizer:
        """Tokens of the settings' issuer, or else of our own user pool."""
        if self._settings.issuer:
            issuer, audience = self._settings.issuer, list(self._settings.audience)
        else:
            assert stores.user_pool
            assert stores.client
            host = f"cognito-idp.{Stack.of(self).region}.{Aws.URL_SUFFIX}"
            issuer, audience = f"https://{host}/{stores.user_pool.user_pool_id}", [stores.client.user_pool_client_id]
        return apigw.CfnAuthorizer(
            self,
            "Token",
            api_id=self.api.api_id,
            authorizer_type="JWT",
            name="Token",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=apigw.CfnAuthorizer.JWTConfigurationProperty(issuer=issuer, audience=audience),
        )

    def _domain(self) -> apigw.DomainName | None:
        """api.<domain> or feed-a.<domain>, so that the gateway's own address can be switched off. It needs a zone."""
        settings = self._settings
        if not (settings.domain and settings.hosted_zone_id):
            return None
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=settings.hosted_zone_id, zone_name=settings.domain
        )
        host = f"{self._name.replace('_', '-')}.{settings.domain}"
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
