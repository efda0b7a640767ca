"""What the web app may load, and who may embed it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from infra.api import websocket
from infra.api.user_pool import sign_in_url
from infra.edge.content_security import content_security_policy, embed_security_policy
from infra.page_origins import page_origins
from infra.settings import Settings
from infra.storage.stores import Stores


def web_headers(scope: Construct, settings: Settings, stores: Stores) -> cloudfront.ResponseHeadersPolicy:
    """On every answer of the web app."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "WebHeaders",
        comment="What the web app may load, and who may embed it (nobody)",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=_content_security_policy(settings, stores), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                # A playback address carries its token; it must not travel to other sites.
                referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN,
                override=True,
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=True, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(
                    header="permissions-policy", value="camera=(self), geolocation=(), microphone=(self)", override=True
                )
            ]
        ),
    )


def embed_headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """On the page that other sites may show in a frame. X-Frame-Options is absent: it has no value for everybody."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "EmbedHeaders",
        comment="The player on other sites: framed by anybody, and allowed nothing but to play",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=embed_security_policy(), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=True, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(
                    header="permissions-policy", value="camera=(), geolocation=(), microphone=()", override=True
                ),
                cloudfront.ResponseCustomHeader(header="x-robots-tag", value="noindex", override=True),
            ]
        ),
    )


def media_headers(scope: Construct, settings: Settings) -> cloudfront.ResponseHeadersPolicy:
    """On every answer with media, errors of the origin too: who may read it from a page elsewhere. What the edge
    function says itself gets nothing of a policy: media_token.js."""
    origins = page_origins(settings)
    cors = cloudfront.ResponseHeadersCorsBehavior(
        access_control_allow_credentials=False,
        access_control_allow_headers=["Range"],
        access_control_allow_methods=["GET", "HEAD"],
        access_control_allow_origins=origins,
        access_control_expose_headers=["Accept-Ranges", "Content-Length", "Content-Range", "ETag"],
        access_control_max_age=Duration.hours(1),
        origin_override=True,
    )
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "MediaHeaders",
        comment="Media: read by pages of the allowed origins, and guessed at by nobody",
        cors_behavior=cors if origins else None,
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.SAMEORIGIN, override=False
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override=False
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365), include_subdomains=True, override=False
            ),
        ),
    )


def _content_security_policy(settings: Settings, stores: Stores) -> str:
    sign_in = urlsplit(settings.issuer or sign_in_url(settings))
    # The socket's API is made in a stack after this one, so its own name is not known here: any API of the region.
    socket = websocket.origin(settings, api_id="*")
    reached = (f"{sign_in.scheme}://{sign_in.netloc}", socket, *_storage(settings, stores))
    # Moderators look at what is in quarantine by presigned addresses (moderation.evidence).
    quarantine = settings.storage_origin or f"https://{stores.media.bucket_regional_domain_name}"
    return content_security_policy(reached, (quarantine,))


def _storage(settings: Settings, stores: Stores) -> Iterator[str]:
    """Where presigned addresses of parts and of chunks lead, besides the site itself."""
    if settings.storage_origin:
        yield settings.storage_origin
        return
    for bucket in (stores.uploads, stores.intermediates):
        yield f"https://{bucket.bucket_regional_domain_name}"
        if settings.transfer_acceleration:
            yield f"https://{bucket.bucket_name}.s3-accelerate.amazonaws.com"
