"""What CloudFront reads from us-east-1 only: the firewall and, for a site with a name, the certificate.

A stage that wants neither has no such stack: CloudFormation takes none without resources.
"""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infra.edge.firewall import Firewall
from infra.settings import Settings


class EdgeGlobalStack(Stack):
    """`web_acl_arn` and `certificate` are for the distribution; None without a firewall, and while the site has no
    name."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._settings = settings
        self.web_acl_arn = Firewall(self, settings).arn if settings.firewall else None
        self.certificate = self._certificate()

    @staticmethod
    def is_needed(settings: Settings) -> bool:
        return settings.firewall or bool(settings.domain and settings.hosted_zone_id)

    def _certificate(self) -> acm.Certificate | None:
        settings = self._settings
        if not (settings.domain and settings.hosted_zone_id):
            return None
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=settings.hosted_zone_id, zone_name=settings.domain
        )
        return acm.Certificate(
            self, "Certificate", domain_name=settings.domain, validation=acm.CertificateValidation.from_dns(zone)
        )
