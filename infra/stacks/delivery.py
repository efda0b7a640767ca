"""The distribution: what it answers with stands in infra/edge/behaviors.py."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.edge.behaviors import Behaviors
from infra.names import Names
from infra.settings import Settings
from infra.storage.stores import Stores

WAF_REGION = "us-east-1"
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
NEVER_KEPT = [cloudfront.ErrorResponse(http_status=code, ttl=Duration.seconds(0)) for code in ERRORS]
"""By default CloudFront keeps an error for ten seconds, and heeds `no-store` with 404, 410, 414 and 501 only: so every
code for which a time can be named is here. No page is mapped: a problem+json answer must reach its client as it is."""
OLDEST_TLS = cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021
"""Of a certificate of our own: CloudFront's has a minimum that nobody can change."""
PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}


class DeliveryStack(Stack):
    """The distribution's id is exported whether or not a function invalidates it today."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        names: Names,
        *,
        stores: Stores,
        api_hosts: Mapping[str, str],
        web_acl_arn: str | None,
        certificate: acm.ICertificate | None,
        **kwargs: Any,
    ) -> None:
        # The firewall's and the certificate's ARN come from us-east-1, wherever this stack is.
        super().__init__(scope, construct_id, cross_region_references=settings.region != WAF_REGION, **kwargs)
        self._settings = settings
        site = settings.domain if certificate else None
        behaviors = Behaviors(self, settings, stores, api_hosts)
        self.distribution = cloudfront.Distribution(
            self,
            "Edge",
            comment=f"reelstack {settings.stage}",
            default_behavior=behaviors.default,
            additional_behaviors=behaviors.others,
            default_root_object="index.html",
            domain_names=[site] if site else None,
            certificate=certificate,
            minimum_protocol_version=OLDEST_TLS if certificate else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=PRICE_CLASSES[settings.price_class],
            web_acl_id=web_acl_arn,
            log_bucket=stores.logs,
            log_file_prefix="cloudfront/",
            error_responses=NEVER_KEPT,
        )
        self.export_value(self.distribution.distribution_id)
        self._parameters(names, settings.edge_origin or self._url(site))
        if site:
            self._name(site)
        self._outputs(site)

    def _url(self, site: str | None) -> str:
        return f"https://{site or self.distribution.distribution_domain_name}"

    def _parameters(self, names: Names, site_url: str) -> None:
        """By which a function learns the distribution's id and the site's address when it needs them."""
        ssm.StringParameter(
            self,
            "SiteParameter",
            parameter_name=names.site_parameter,
            string_value=site_url,
            description="Where the site answers",
        )
        ssm.StringParameter(
            self,
            "DistributionParameter",
            parameter_name=names.distribution_parameter,
            string_value=self.distribution.distribution_id,
            description="What functions invalidate",
        )

    def _name(self, site: str) -> None:
        assert self._settings.hosted_zone_id
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=self._settings.hosted_zone_id, zone_name=site
        )
        target = route53.RecordTarget.from_alias(route53_targets.CloudFrontTarget(self.distribution))
        route53.ARecord(self, "Ipv4", zone=zone, record_name=site, target=target)
        route53.AaaaRecord(self, "Ipv6", zone=zone, record_name=site, target=target)

    def _outputs(self, site: str | None) -> None:
        values = {
            "EdgeUrl": self._url(site),
            "DistributionId": self.distribution.distribution_id,
            "DistributionDomain": self.distribution.distribution_domain_name,
        }
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
