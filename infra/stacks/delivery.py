"""The door: one CloudFront distribution in front of media, API and web app, so that everything is one origin.

    /v/*.m3u8   media bucket   playback token checked at the edge, kept for seconds
    /v/*        media bucket   the same, kept for as long as the object says (renditions never change)
    /u/*        media bucket   people's pictures, for anybody, kept for an hour
    /v1/*       HTTP API       never kept; carries the header without which the API refuses
    *           web bucket     the web app; routes without a file get its page

Files reach the web bucket after the stack exists, by `local.website.publish` (`make up`, `make deploy`): a handful of
small files needs no deployment Lambda in every stage, and `config.json` holds values that only outputs know.
"""

from pathlib import Path
from typing import Any

from aws_cdk import Annotations, CfnOutput, Duration, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.function import camel
from infra.function_config import distribution_parameter
from infra.settings import Settings
from infra.stacks.api import ApiStack
from infra.stacks.app import AppStack
from infra.stacks.edge_global import EdgeGlobalStack
from infra.stacks.state import StateStack
from infra.web_headers import web_headers

EDGE_CODE = Path(__file__).parent.parent / "edge"
ORIGIN_HEADER = "x-origin-verify"
WAF_REGION = "us-east-1"
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)

PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}


class DeliveryStack(Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        state: StateStack,
        application: AppStack,
        api: ApiStack,
        edge: EdgeGlobalStack,
        **kwargs: Any,
    ) -> None:
        # The firewall's and the certificate's ARN come from us-east-1, wherever this stack is.
        super().__init__(scope, construct_id, cross_region_references=settings.region != WAF_REGION, **kwargs)
        self.settings, self.state = settings, state
        site = settings.domain if edge.certificate else None
        media = self._media_behaviors()
        self.distribution = cloudfront.Distribution(
            self,
            "Edge",
            comment=f"reelstack {settings.stage}",
            default_behavior=self._web_behavior(),
            additional_behaviors={**media, "/v1/*": self._api_behavior(api), **self._upload_behaviors()},
            default_root_object="index.html",
            domain_names=[site] if site else None,
            certificate=edge.certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=PRICE_CLASSES[settings.price_class],
            web_acl_id=edge.web_acl_arn,
            log_bucket=state.logs_bucket,
            log_file_prefix="cloudfront/",
            # By default CloudFront keeps a 404 for ten seconds, under a key that for the API holds neither query nor
            # caller. No page is mapped: a problem+json answer must reach its client as it is.
            error_responses=[cloudfront.ErrorResponse(http_status=code, ttl=Duration.seconds(0)) for code in ERRORS],
        )
        if site:
            self._name(site)
        self._invalidated_by(application)
        self._outputs(site)

    def _invalidated_by(self, application: AppStack) -> None:
        """Said here and not in the catalogue: the functions' stack cannot name a distribution that is made after it."""
        ssm.StringParameter(
            self,
            "DistributionParameter",
            parameter_name=distribution_parameter(self.settings),
            string_value=self.distribution.distribution_id,
            description="What functions invalidate",
        )
        role = application.functions["withdraw"].role
        assert role
        iam.Policy(
            self,
            "MayInvalidate",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=["cloudfront:CreateInvalidation"], resources=[self.distribution.distribution_arn]
                )
            ],
        )

    def _before(self, file: str, comment: str, **more: Any) -> cloudfront.FunctionAssociation:
        """The viewer-request function in infra/edge/`file`."""
        function = cloudfront.Function(
            self,
            camel(file.removesuffix(".js")),
            code=cloudfront.FunctionCode.from_file(file_path=str(EDGE_CODE / file)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            comment=comment,
            **more,
        )
        return cloudfront.FunctionAssociation(function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)

    # --- media -------------------------------------------------------------------------------------------------------

    def _media_behaviors(self) -> dict[str, cloudfront.BehaviorOptions]:
        origin = self._bucket_origin("Media", self.state.media_bucket, shield=self.settings.origin_shield_region)
        checked = self._before(
            "media_token.js",
            "Checks the playback token in the path and strips it",
            key_value_store=self.state.playback_keys,
        )

        def behavior(
            policy: cloudfront.CachePolicy, *functions: cloudfront.FunctionAssociation
        ) -> cloudfront.BehaviorOptions:
            return cloudfront.BehaviorOptions(
                origin=origin,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=policy,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
                function_associations=list(functions) or None,
            )

        ranges = cloudfront.CachePolicy(
            self,
            "MediaRanges",
            comment="Renditions, audio, posters: named by video and attempt, so never changed",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.days(1),
            max_ttl=Duration.days(365),
        )
        playlists = cloudfront.CachePolicy(
            self,
            "MediaPlaylists",
            comment="Playlists: small, compressible, and first to change if one is ever made anew",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(10),
            max_ttl=Duration.seconds(60),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )
        return {
            "/v/*.m3u8": behavior(playlists, checked),
            "/v/*": behavior(ranges, checked),
            "/u/*": behavior(ranges),
        }

    # --- API ---------------------------------------------------------------------------------------------------------

    def _api_behavior(self, api: ApiStack) -> cloudfront.BehaviorOptions:
        """The header's value is a dynamic reference that CloudFormation resolves: it is in no template. It is resolved
        anew only when the distribution is updated, so the API takes the previous value too while a rotation runs."""
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                api.http.host,
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                custom_headers={ORIGIN_HEADER: self.state.origin_secret.secret_value.unsafe_unwrap()},
            ),
            function_associations=[self._before("viewer_address.js", "Tells the API the viewer's address")],
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        )

    # --- uploads -----------------------------------------------------------------------------------------------------

    def _upload_behaviors(self) -> dict[str, cloudfront.BehaviorOptions]:
        """Presigned requests to the uploads bucket, passed on from the place nearest to the creator, over HTTP/3.

        The address was signed for the bucket's own host, which is the `Host` that CloudFront sends to S3 when
        it is not told to pass the viewer's on. Every query string and every other header goes with it: they are signed.
        Origin access control would put a second signature beside this one, which S3 refuses.
        """
        if self.settings.upload_path != "cloudfront":
            return {}
        known = s3.Bucket.from_bucket_attributes(
            self,
            "Uploads",
            bucket_arn=self.state.uploads_bucket.bucket_arn,
            bucket_regional_domain_name=self.state.uploads_bucket.bucket_regional_domain_name,
        )
        behavior = cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_bucket_defaults(known),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        )
        return {"/originals/*": behavior, "/chunks/*": behavior}

    # --- web app -----------------------------------------------------------------------------------------------------

    def _web_behavior(self) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=self._bucket_origin("Web", self.state.web_bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=cloudfront.CachePolicy(
                self,
                "WebFiles",
                comment="The page says no-cache, hashed assets say immutable; what says nothing is kept a minute",
                min_ttl=Duration.seconds(0),
                default_ttl=Duration.minutes(1),
                max_ttl=Duration.days(365),
                enable_accept_encoding_gzip=True,
                enable_accept_encoding_brotli=True,
            ),
            response_headers_policy=web_headers(self, self.settings, self.state.uploads_bucket),
            function_associations=[self._before("web_routes.js", "Gives the web app's own routes its page")],
        )

    # --- shared ------------------------------------------------------------------------------------------------------

    def _bucket_origin(self, name: str, bucket: s3.Bucket, shield: str | None = None) -> cloudfront.IOrigin:
        """Reads with origin access control. The bucket is taken by reference: CDK would otherwise write this
        distribution into the bucket's policy and so tie both stacks into a cycle; StateStack has granted the read."""
        known = s3.Bucket.from_bucket_attributes(
            self, name, bucket_arn=bucket.bucket_arn, bucket_regional_domain_name=bucket.bucket_regional_domain_name
        )
        Annotations.of(self).acknowledge_warning("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac")
        return origins.S3BucketOrigin.with_origin_access_control(known, origin_shield_region=shield)

    def _name(self, site: str) -> None:
        assert self.settings.hosted_zone_id
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=self.settings.hosted_zone_id, zone_name=site
        )
        target = route53.RecordTarget.from_alias(route53_targets.CloudFrontTarget(self.distribution))
        route53.ARecord(self, "Ipv4", zone=zone, record_name=site, target=target)
        route53.AaaaRecord(self, "Ipv6", zone=zone, record_name=site, target=target)

    def _outputs(self, site: str | None) -> None:
        values = {
            "EdgeUrl": f"https://{site or self.distribution.distribution_domain_name}",
            "DistributionId": self.distribution.distribution_id,
            "DistributionDomain": self.distribution.distribution_domain_name,
        }
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
