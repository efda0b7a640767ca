"""Answers of the API that are the same for everybody, which CloudFront keeps for a while: pages of clips, and counts.

Of what a viewer sends, only what the edge's function says of it reaches the API: the viewer's address, for the API's
rates, is no part of a cache key.
"""

from collections.abc import Callable

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from reelstack.videos import public_counts

PAGES_PATH, COUNTS_PATH = "/@*/*", "/v1/videos/*/counts"
PAGES_SECONDS = 60
COUNTS_SECONDS = public_counts.KEPT_SECONDS + public_counts.STALE_SECONDS

FunctionOf = Callable[[str, str], cloudfront.FunctionAssociation]


class KeptAnswers:
    """Behaviours of the distribution that is made in `scope`. `function_of` makes an edge function of its file and a
    comment."""

    def __init__(self, scope: Construct, api: cloudfront.IOrigin, function_of: FunctionOf) -> None:
        self._scope, self._api, self._function_of = scope, api, function_of
        self._sent = cloudfront.OriginRequestPolicy(
            scope,
            "ClipPagesSent",
            comment="Who asks for the page of a clip or for its counts, by address",
            header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list("x-viewer-address"),
        )

    def pages(self, headers: cloudfront.ResponseHeadersPolicy) -> cloudfront.BehaviorOptions:
        """Of what a viewer sends only the host is a part of the cache key, as the edge function says it."""
        kept = cloudfront.CachePolicy(
            self._scope,
            "ClipPagesKept",
            comment="Pages of clips: a clip that is taken from the public keeps its page for a minute at most",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(0),
            max_ttl=Duration.seconds(PAGES_SECONDS),
            header_behavior=cloudfront.CacheHeaderBehavior.allow_list("x-viewer-host"),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )
        return cloudfront.BehaviorOptions(
            origin=self._api,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=kept,
            origin_request_policy=self._sent,
            response_headers_policy=headers,
            function_associations=[self._function_of("clip_pages.js", "Leads the API to the page of a clip")],
        )

    def counts(self) -> cloudfront.BehaviorOptions:
        """The path alone is the cache key. Answers say `max-age=2, stale-while-revalidate=30`: CloudFront gives a stale
        one while it asks for the next, for as long as that says, or as the longest time of the policy if that is less.
        A refusal says `no-store` and is not kept: a video that was hidden is gone once its counts are asked again."""
        kept = cloudfront.CachePolicy(
            self._scope,
            "VideoCountsKept",
            comment=f"Counts of public videos: at most {COUNTS_SECONDS} seconds old",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(0),
            max_ttl=Duration.seconds(COUNTS_SECONDS),
        )
        return cloudfront.BehaviorOptions(
            origin=self._api,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=kept,
            origin_request_policy=self._sent,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            function_associations=[self._function_of("video_counts.js", "Leads the API to counts for everybody")],
        )
