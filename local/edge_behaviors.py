"""What the deployed distribution says about each path: where it comes from, which methods, how long it is kept."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from local import edge_headers
from local.edge_headers import Added

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import (
        CacheBehaviorOutputTypeDef,
        CachePolicyConfigOutputTypeDef,
        DefaultCacheBehaviorOutputTypeDef,
    )

FUNCTIONS = {
    "/v/*.m3u8": "media_token.js",
    "/v/*": "media_token.js",
    "/v1/videos/*/counts": "video_counts.js",
    "/v1/feed": "feed_deployment.js",
    "/v1/feed/*": "feed_deployment.js",
    "/v1/*": "viewer_address.js",
    "/@*/*": "clip_pages.js",
    "/embed/*": "embed_page.js",
    "*": "web_routes.js",
}
"""The function in front of each path pattern. The local template leaves these associations out of the distribution
(MiniStack would run the functions a second time, without a KeyValueStore); a test holds this against the CDK app."""

EVERYTHING = "*"
ENCODED, UNRESERVED = re.compile("%([0-9A-Fa-f]{2})"), re.compile(r"[A-Za-z0-9._~-]")
FORGOTTEN = ("no-store", "no-cache", "private")


@dataclass(frozen=True)
class Policy:
    """How long, in seconds: at least, if the origin says nothing, at most."""

    shortest: float
    default: float
    longest: float
    by_path: bool = False
    """Whether the path alone is the cache key. The API's answers are kept here by such a policy only."""

    def lifetime(self, cache_control: str) -> float:
        """Seconds to keep an answer with this Cache-Control header (empty: none), as CloudFront reckons.

        RFC 9111 would say otherwise where the policy's bounds disagree with the origin, which is why a general HTTP
        cache cannot stand in here.
        """
        words = _directives(cache_control)
        if any(word in words for word in FORGOTTEN):
            return self.shortest
        age = words.get("s-maxage") or words.get("max-age")
        wanted = float(age) if age and age.isdigit() else self.default
        return min(max(wanted, self.shortest), self.longest)

    def stale_seconds(self, cache_control: str) -> float:
        """For how long after its lifetime an answer may be given while a newer one is asked for, as it says itself;
        both together are `longest` at most, as at CloudFront."""
        allowed = _directives(cache_control).get("stale-while-revalidate", "")
        lifetime = self.lifetime(cache_control)
        if lifetime <= 0 or not allowed.isdigit():
            return 0
        return max(0, min(float(allowed), self.longest - lifetime))


@dataclass(frozen=True)
class Behavior:
    pattern: str
    origin: Literal["bucket", "api"]
    methods: frozenset[str]
    policy: Policy
    function: str | None
    added: Added = field(default_factory=Added)

    def matches(self, path: str) -> bool:
        """`path` as `normalized` makes it."""
        return fnmatchcase(path, self.pattern)


def normalized(path: str) -> str:
    """A path as it is held against patterns: letters that need no percent sign decoded, dot segments and empty ones
    taken out (RFC 3986, section 6.2.2, as CloudFront's guide says of path patterns). So nobody comes by another
    behaviour to what one guards: /u/../v/x is /v/x. The function and the origin get the path as it was sent."""
    segments: list[str] = []
    for segment in ENCODED.sub(_plain, path).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "/" + "/".join(segments) + ("/" if segments and path.endswith("/") else "")


def _plain(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if UNRESERVED.fullmatch(letter) else found[0]


def read(client: "CloudFrontClient", distribution_id: str) -> list[Behavior]:
    """The behaviours of a distribution in the order in which they are tried; the last one matches everything."""
    config = client.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    buckets = {origin["Id"] for origin in config["Origins"]["Items"] if origin.get("OriginAccessControlId")}
    policies: dict[str, Policy] = {}

    def behavior(pattern: str, given: "CacheBehaviorOutputTypeDef | DefaultCacheBehaviorOutputTypeDef") -> Behavior:
        policy_id = given["CachePolicyId"]
        if policy_id not in policies:
            policies[policy_id] = _policy(client, policy_id)
        return Behavior(
            pattern=pattern,
            origin="bucket" if given["TargetOriginId"] in buckets else "api",
            methods=frozenset(given["AllowedMethods"]["Items"]),
            policy=policies[policy_id],
            function=FUNCTIONS.get(pattern),
            added=edge_headers.read(client, given.get("ResponseHeadersPolicyId")),
        )

    ordered = [behavior(given["PathPattern"], given) for given in config["CacheBehaviors"].get("Items", [])]
    return [*ordered, behavior(EVERYTHING, config["DefaultCacheBehavior"])]


def _policy(client: "CloudFrontClient", policy_id: str) -> Policy:
    config = client.get_cache_policy(Id=policy_id)["CachePolicy"]["CachePolicyConfig"]
    shortest = config["MinTTL"]
    return Policy(shortest, config.get("DefaultTTL", shortest), config.get("MaxTTL", shortest), _by_path(config))


def _by_path(config: "CachePolicyConfigOutputTypeDef") -> bool:
    key = config.get("ParametersInCacheKeyAndForwardedToOrigin")
    if not key:
        return False
    varies = (
        key["HeadersConfig"]["HeaderBehavior"],
        key["QueryStringsConfig"]["QueryStringBehavior"],
        key["CookiesConfig"]["CookieBehavior"],
    )
    return set(varies) == {"none"}


def _directives(cache_control: str) -> dict[str, str]:
    return dict(_directive(word) for word in cache_control.lower().split(",") if word.strip())


def _directive(word: str) -> tuple[str, str]:
    name, _, value = word.strip().partition("=")
    return name, value.strip('"')
