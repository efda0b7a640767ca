"""One CloudFront distribution in front of media, API and web app, so that everything is one origin.

    /v/*.m3u8   media bucket   playback token checked at the edge, master playlist chosen by device, kept for seconds
    /v/*        media bucket   the same, kept for as long as the object says (renditions never change)
    /u/*        media bucket   people's pictures, for anybody, kept for an hour
    /feed/*     media bucket   ready-made pages of the feed, for anybody, kept for a minute
    /v1/videos/*/counts
                HTTP API       counts of a public video, the same for everybody, kept for two seconds
    /v1/feed*   HTTP API       like /v1/*; a GET by one of the feed's deployments, and by the other if that fails
    /v1/*       HTTP API       never kept; carries the header without which the API refuses; what can wait is refused
                               here while the feed is overloaded
    /@*/*       HTTP API       pages of clips, the same for everybody, kept for a minute at most
    /embed/*    web bucket     the player's page for frames on other sites, unless the stage embeds nothing
    *           web bucket     the web app; an address that is none of its files is told to be no page

Files reach the web bucket after the stack exists, by `local.website.publish` (`make up`, `make deploy`): a handful of
small files needs no deployment Lambda in every stage, and `config.json` holds values that only outputs know.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_cdk import Annotations, Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.edge.kept_answers import COUNTS_PATH, PAGES_PATH, KeptAnswers
from infra.edge.web_headers import embed_headers, media_headers, web_headers
from infra.names import camel
from infra.settings import Settings
from infra.storage.stores import Stores

CODE = Path(__file__).parent
EMBED_PATH = "/embed/*"
FEED_PATHS = ("/v1/feed", "/v1/feed/*")
ORIGIN_HEADER = "x-origin-verify"


class Behaviors:
    """Of the distribution that is made in `scope`: `default` and, by path, `others`."""

    def __init__(self, scope: Construct, settings: Settings, stores: Stores, api_hosts: Mapping[str, str]) -> None:
        self._scope, self._settings, self._stores = scope, settings, stores
        media = self._media_behaviors()
        page_headers = web_headers(scope, settings, stores)
        api, *feeds = (self._api_origin(name, host) for name, host in api_hosts.items())
        kept = KeptAnswers(scope, api, self._before)
        routes = self._before("web_routes.js", "Serves the web app, and says what is no page")
        self._web, self._web_kept = self._bucket_origin("Web", stores.web), self._web_policy()
        self.default = self._web_behavior(page_headers, routes)
        self.others = {
            **media,
            COUNTS_PATH: kept.counts(),
            **self._api_behaviors(api, feeds),
            PAGES_PATH: kept.pages(page_headers),
            **self._embed_behaviors(),
            **self._upload_behaviors(),
        }

    def _before(self, file: str, comment: str, **more: Any) -> cloudfront.FunctionAssociation:
        """The viewer-request function in infra/edge/`file`."""
        function = cloudfront.Function(
            self._scope,
            camel(file.removesuffix(".js")),
            code=cloudfront.FunctionCode.from_file(file_path=str(CODE / file)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            comment=comment,
            **more,
        )
        return cloudfront.FunctionAssociation(function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)

    # --- media -------------------------------------------------------------------------------------------------------

    def _media_behaviors(self) -> dict[str, cloudfront.BehaviorOptions]:
        origin = self._bucket_origin("Media", self._stores.media, shield=self._settings.origin_shield_region)
        checked = self._before(
            "media_token.js",
            "Checks the playback token in the path and strips it",
            key_value_store=self._stores.playback_keys,
        )

        def behavior(
            policy: cloudfront.CachePolicy,
            *functions: cloudfront.FunctionAssociation,
            sent: cloudfront.IOriginRequestPolicy | None = None,
        ) -> cloudfront.BehaviorOptions:
            return cloudfront.BehaviorOptions(
                origin=origin,
                origin_request_policy=sent,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                # The function answers OPTIONS: a page elsewhere asks so before it asks for a range.
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
                cache_policy=policy,
                response_headers_policy=headers,
                function_associations=list(functions) or None,
            )

        ranges, playlists = self._media_policies()
        headers = media_headers(self._scope, self._settings)
        return {
            "/v/*.m3u8": behavior(playlists, checked, sent=self._devices()),
            "/v/*": behavior(ranges, checked),
            "/u/*": behavior(ranges),
            "/feed/*": behavior(playlists),
        }

    def _devices(self) -> cloudfront.OriginRequestPolicy:
        """CloudFront tells the function what kind of device asks if a policy names these headers. This kind of policy
        leaves them out of the cache key; that they go to the bucket, too, changes nothing there."""
        devices = ("Mobile", "Tablet", "Desktop", "SmartTV")
        return cloudfront.OriginRequestPolicy(
            self._scope,
            "Devices",
            comment="What kind of device asks for a playlist, for media_token.js",
            header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list(
                *(f"CloudFront-Is-{device}-Viewer" for device in devices)
            ),
        )

    def _media_policies(self) -> tuple[cloudfront.CachePolicy, cloudfront.CachePolicy]:
        ranges = cloudfront.CachePolicy(
            self._scope,
            "MediaRanges",
            comment="Renditions, audio, posters: named by video and attempt, so never changed",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.days(1),
            max_ttl=Duration.days(365),
        )
        playlists = cloudfront.CachePolicy(
            self._scope,
            "MediaPlaylists",
            comment="Playlists and ready-made pages: small, compressible, and the first to change",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(10),
            max_ttl=Duration.seconds(60),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )
        return ranges, playlists

    # --- API ---------------------------------------------------------------------------------------------------------

    def _api_origin(self, name: str, host: str) -> cloudfront.IOrigin:
        """The header's value is a dynamic reference that CloudFormation resolves: it is in no template. It is resolved
        anew only when the distribution is updated, so the API takes the previous value too while a rotation runs."""
        patience: dict[str, Any] = {}
        if name != "api":
            # The other deployment is asked instead, so each is tried once.
            seconds = Duration.seconds(self._settings.feed_answer_seconds)
            patience = {"read_timeout": seconds, "connection_timeout": Duration.seconds(1), "connection_attempts": 1}
        return origins.HttpOrigin(
            host,
            origin_id=name,
            **patience,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            custom_headers={ORIGIN_HEADER: self._stores.origin_secret.secret_value.unsafe_unwrap()},
        )

    def _api_behaviors(
        self, api: cloudfront.IOrigin, feeds: Sequence[cloudfront.IOrigin]
    ) -> dict[str, cloudfront.BehaviorOptions]:
        """The function before the feed names an origin for each request, so its paths' own never answer. They are there
        because CDK adds those origins only that a path has, and no path with PUT may have a group of origins."""
        not_kept = self._not_kept()

        def behavior(
            origin: cloudfront.IOrigin, function: cloudfront.FunctionAssociation
        ) -> cloudfront.BehaviorOptions:
            return cloudfront.BehaviorOptions(
                origin=origin,
                function_associations=[function],
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=not_kept,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            )

        tells = self._before(
            "viewer_address.js",
            "Tells the API the viewer's address, and refuses what can wait while the feed is overloaded",
            key_value_store=self._stores.edge_settings,
        )
        chooses = self._before(
            "feed_deployment.js",
            "Chooses a deployment of the feed, and tells it the viewer's address",
            key_value_store=self._stores.edge_settings,
        )
        feed = {path: behavior(origin, chooses) for path, origin in zip(FEED_PATHS, feeds, strict=True)}
        return {**feed, "/v1/*": behavior(api, tells)}

    def _not_kept(self) -> cloudfront.CachePolicy:
        """CloudFront tells the viewer's country only to whom a policy names that header. No origin request policy can,
        beside all of a viewer's headers but the host (which API Gateway would refuse), so a cache policy does; and one
        that names headers has to keep answers for a second at the longest. Every answer says `no-store`, which a
        shortest time of 0 obeys. The key holds who asks, so that not even requests of one moment share an answer."""
        return cloudfront.CachePolicy(
            self._scope,
            "ApiNotKept",
            comment="The API: answers say no-store; the policy is there for the header with the viewer's country",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(0),
            max_ttl=Duration.seconds(1),
            header_behavior=cloudfront.CacheHeaderBehavior.allow_list(
                "Authorization", "CloudFront-Viewer-Country", "x-viewer-address"
            ),
            query_string_behavior=cloudfront.CacheQueryStringBehavior.all(),
        )

    # --- uploads -----------------------------------------------------------------------------------------------------

    def _upload_behaviors(self) -> dict[str, cloudfront.BehaviorOptions]:
        """Presigned requests to the buckets of uploads and of chunks, passed on from the place nearest to the creator,
        over HTTP/3.

        The address was signed for the bucket's own host, which is the `Host` that CloudFront sends to S3 when
        it is not told to pass the viewer's on. Every query string and every other header goes with it: they are signed.
        Origin access control would put a second signature beside this one, which S3 refuses.
        """
        if self._settings.upload_path != "cloudfront":
            return {}
        stores = self._stores
        return {
            "/originals/*": self._upload_behavior("Uploads", stores.uploads),
            "/chunks/*": self._upload_behavior("Intermediates", stores.intermediates),
        }

    def _upload_behavior(self, name: str, bucket: s3.Bucket) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_bucket_defaults(self._known(name, bucket)),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        )

    # --- web app -----------------------------------------------------------------------------------------------------

    def _web_behavior(
        self, headers: cloudfront.ResponseHeadersPolicy, before: cloudfront.FunctionAssociation
    ) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=self._web,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=self._web_kept,
            response_headers_policy=headers,
            function_associations=[before],
        )

    def _web_policy(self) -> cloudfront.CachePolicy:
        return cloudfront.CachePolicy(
            self._scope,
            "WebFiles",
            comment="The page says no-cache, hashed assets say immutable; what says nothing is kept a minute",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.minutes(1),
            max_ttl=Duration.days(365),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _embed_behaviors(self) -> dict[str, cloudfront.BehaviorOptions]:
        """Without it the web app's own behaviour tells these addresses to be no page."""
        if not (self._settings.embedding and self._settings.anonymous_reading):
            return {}
        leads = self._before("embed_page.js", "Serves the player's page for frames, and nothing else")
        return {EMBED_PATH: self._web_behavior(embed_headers(self._scope), leads)}

    # --- shared ------------------------------------------------------------------------------------------------------

    def _bucket_origin(self, name: str, bucket: s3.Bucket, shield: str | None = None) -> cloudfront.IOrigin:
        """Reads with origin access control. The bucket is taken by reference: CDK would otherwise write this
        distribution into the bucket's policy and so tie both stacks into a cycle; infra/storage grants the read."""
        Annotations.of(self._scope).acknowledge_warning("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac")
        return origins.S3BucketOrigin.with_origin_access_control(self._known(name, bucket), origin_shield_region=shield)

    def _known(self, name: str, bucket: s3.Bucket) -> s3.IBucket:
        return s3.Bucket.from_bucket_attributes(
            self._scope,
            name,
            bucket_arn=bucket.bucket_arn,
            bucket_regional_domain_name=bucket.bucket_regional_domain_name,
        )
