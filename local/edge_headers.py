"""What the distribution adds to answers: the headers of a response headers policy, as it was deployed.

CloudFront adds them to what comes of an origin or a cache, errors too, and not to what an edge function answers. The
emulator's own CloudFront, through which objects come, puts `Access-Control-Allow-Origin: *` on everything, so what it
says under these names is forgotten first (edge_origin.OF_THE_EMULATOR).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

Headers = list[tuple[str, str]]
EVERYBODY = "*"


@dataclass(frozen=True)
class Cors:
    """Whose pages may read an answer, and what of it."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()

    def headers_for(self, origin: str | None) -> Headers:
        """Nothing for a request that names no origin, or one that may not."""
        if origin is None or not (EVERYBODY in self.origins or origin in self.origins):
            return []
        allowed = EVERYBODY if EVERYBODY in self.origins else origin
        return [
            ("access-control-allow-origin", allowed),
            *([("access-control-expose-headers", ", ".join(self.exposed))] if self.exposed else []),
            *([("vary", "origin")] if allowed != EVERYBODY else []),
        ]


@dataclass(frozen=True)
class Added:
    """One policy. `fixed`: name -> value, and whether it takes the place of what the origin says."""

    fixed: tuple[tuple[str, str, bool], ...] = ()
    cors: Cors = Cors()

    def to(self, answer: Headers, origin: str | None) -> Headers:
        """The headers of an answer with those of the policy."""
        there = {name.lower() for name, _ in answer}
        made = [(name, value) for name, value, override in self.fixed if override or name not in there]
        made += self.cors.headers_for(origin)
        replaced = {name for name, _ in made if name != "vary"}
        return [(name, value) for name, value in answer if name.lower() not in replaced] + made


def read(client: "CloudFrontClient", policy_id: str | None) -> Added:
    """The policy of that id; without one nothing is added."""
    if not policy_id:
        return Added()
    found: dict[str, Any] = dict(
        client.get_response_headers_policy(Id=policy_id)["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    )
    custom = found.get("CustomHeadersConfig", {}).get("Items", [])
    fixed = [*_security(found.get("SecurityHeadersConfig", {}))]
    fixed += [(one["Header"].lower(), one["Value"], one["Override"]) for one in custom]
    return Added(tuple(fixed), _cors(found.get("CorsConfig")))


def _cors(config: dict[str, Any] | None) -> Cors:
    if not config:
        return Cors()

    def items(name: str) -> tuple[str, ...]:
        return tuple(config.get(f"AccessControl{name}", {}).get("Items", ()))

    return Cors(items("AllowOrigins"), items("AllowMethods"), items("AllowHeaders"), items("ExposeHeaders"))


def _security(config: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    named: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
        "ContentSecurityPolicy": ("content-security-policy", lambda one: one["ContentSecurityPolicy"]),
        "ContentTypeOptions": ("x-content-type-options", lambda _: "nosniff"),
        "FrameOptions": ("x-frame-options", lambda one: one["FrameOption"]),
        "ReferrerPolicy": ("referrer-policy", lambda one: one["ReferrerPolicy"]),
        "StrictTransportSecurity": ("strict-transport-security", _transport),
    }
    for name, (header, value) in named.items():
        if one := config.get(name):
            yield header, value(one), bool(one["Override"])


def _transport(config: dict[str, Any]) -> str:
    below = "; includeSubDomains" if config.get("IncludeSubdomains") else ""
    return f"max-age={config['AccessControlMaxAgeSec']}{below}"
