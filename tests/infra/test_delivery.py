"""The distribution and its firewall, as the template says them."""

import json
import re
from fnmatch import fnmatch
from functools import cache
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Match, Template

from infra.edge.behaviors import EMBED_PATH
from infra.edge.kept_answers import COUNTS_PATH
from infra.settings import Settings
from infra.stacks.stage import build_foundation
from infra.stages import STAGES
from local.edge import CODE
from local.edge_behaviors import FUNCTIONS
from local.edge_functions import PLAYBACK_KEYS, STORES
from reelstack.videos import clip_links
from tests.infra.templates import Assembly, place
from tests.infra.test_grants import granted

MEDIA = ("/v/*.m3u8", "/v/*")
NAMED = {"domain": "clips.example.com", "hosted_zone_id": "Z123"}
ABROAD = {"region": "eu-central-1", "origin_shield_region": "eu-central-1"}


@cache
def stacks(**changes: Any) -> tuple[Template, Template]:
    """Delivery and EdgeGlobal of stage prod with `changes`, without any function."""
    settings: Settings = STAGES["prod"].model_copy(update={"profile": "core"} | changes)
    foundation = build_foundation(App(), settings)
    assert foundation.edge_global
    return Template.from_stack(foundation.delivery), Template.from_stack(foundation.edge_global)


def distribution(**changes: Any) -> dict[str, Any]:
    template, _ = stacks(**changes)
    (found,) = template.find_resources("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["Properties"]["DistributionConfig"]
    return config


def behaviors(**changes: Any) -> dict[str, dict[str, Any]]:
    config = distribution(**changes)
    return {b["PathPattern"]: b for b in config["CacheBehaviors"]} | {"*": config["DefaultCacheBehavior"]}


def policy(pattern: str) -> dict[str, Any]:
    template, _ = stacks()
    chosen = behaviors()[pattern]["CachePolicyId"]["Ref"]
    config: dict[str, Any] = template.to_json()["Resources"][chosen]["Properties"]["CachePolicyConfig"]
    return config


def test_playlists_are_tried_before_the_media_they_name() -> None:
    patterns = [b["PathPattern"] for b in distribution()["CacheBehaviors"]]
    assert patterns.index("/v/*.m3u8") < patterns.index("/v/*")
    assert set(patterns) == {
        "/v/*.m3u8",
        "/v/*",
        "/u/*",
        "/feed/*",
        "/v1/feed",
        "/v1/feed/*",
        "/v1/*",
        "/@*/*",
        EMBED_PATH,
        COUNTS_PATH,
    }
    assert patterns.index(COUNTS_PATH) < patterns.index("/v1/*")
    assert max(patterns.index(path) for path in ("/v1/feed", "/v1/feed/*")) < patterns.index("/v1/*")


def test_playlists_media_and_web_files_are_each_kept_by_a_policy_of_their_own() -> None:
    assert policy("/v/*.m3u8")["MaxTTL"] <= 60
    assert policy("/v/*")["MaxTTL"] >= 365 * 24 * 3600
    assert len({json.dumps(b["CachePolicyId"]) for b in behaviors().values()}) == 6


def test_peoples_pictures_need_no_token_and_are_kept_as_long_as_they_say() -> None:
    assert "FunctionAssociations" not in behaviors()["/u/*"]
    assert behaviors()["/u/*"]["TargetOriginId"] == behaviors()["/v/*"]["TargetOriginId"]
    assert policy("/u/*")["MinTTL"] == 0


def test_ready_made_pages_need_no_token_and_are_kept_for_a_minute_at_most() -> None:
    assert "FunctionAssociations" not in behaviors()["/feed/*"]
    assert behaviors()["/feed/*"]["TargetOriginId"] == behaviors()["/v/*"]["TargetOriginId"]
    assert policy("/feed/*")["MaxTTL"] == 60


@pytest.mark.parametrize("pattern", ["/v/*.m3u8", "/v/*", "/u/*", "/feed/*", COUNTS_PATH, "*"])
def test_nothing_a_viewer_can_vary_is_part_of_a_cache_key(pattern: str) -> None:
    key = policy(pattern)["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == "none"
    assert key["HeadersConfig"]["HeaderBehavior"] == "none"
    assert key["CookiesConfig"]["CookieBehavior"] == "none"


def test_the_function_before_playlists_is_told_the_device_and_no_cache_key_is() -> None:
    """A header in a cache policy would make sixteen keys of one playlist."""
    template, _ = stacks()
    sent = template.to_json()["Resources"][behaviors()["/v/*.m3u8"]["OriginRequestPolicyId"]["Ref"]]["Properties"]
    said = sent["OriginRequestPolicyConfig"]
    devices = [f"CloudFront-Is-{device}-Viewer" for device in ("Mobile", "Tablet", "Desktop", "SmartTV")]
    assert said["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": devices}
    assert said["QueryStringsConfig"]["QueryStringBehavior"] == said["CookiesConfig"]["CookieBehavior"] == "none"
    assert all("OriginRequestPolicyId" not in behaviors()[pattern] for pattern in ("/v/*", "/u/*", "/feed/*"))


@pytest.mark.parametrize("pattern", ["/v/*.m3u8", "/feed/*", "/@*/*", "*"])
def test_text_is_compressed(pattern: str) -> None:
    key = policy(pattern)["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["EnableAcceptEncodingBrotli"] is key["EnableAcceptEncodingGzip"] is True
    assert behaviors()[pattern]["Compress"] is True


def test_the_api_is_never_kept_takes_every_method_and_all_but_the_host() -> None:
    api = behaviors()["/v1/*"]
    kept = policy("/v1/*")
    assert (kept["MinTTL"], kept["DefaultTTL"], kept["MaxTTL"]) == (0, 0, 1)
    key = kept["ParametersInCacheKeyAndForwardedToOrigin"]
    assert set(key["HeadersConfig"]["Headers"]) == {"Authorization", "CloudFront-Viewer-Country", "x-viewer-address"}
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == "all"
    assert api["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # Managed-AllViewerExceptHostHeader
    assert {"POST", "PUT", "PATCH", "DELETE"} < set(api["AllowedMethods"])
    assert api["ViewerProtocolPolicy"] == "https-only"


def test_pages_of_clips_are_kept_a_minute_at_most_and_by_their_host_alone() -> None:
    page = behaviors()["/@*/*"]
    assert policy("/@*/*")["MaxTTL"] <= 60
    key = policy("/@*/*")["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["x-viewer-host"]}
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == key["CookiesConfig"]["CookieBehavior"] == "none"
    template, _ = stacks()
    sent = template.to_json()["Resources"][page["OriginRequestPolicyId"]["Ref"]]["Properties"]
    assert sent["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"] == ["x-viewer-address"]
    assert page["TargetOriginId"] == behaviors()["/v1/*"]["TargetOriginId"]
    assert page["ResponseHeadersPolicyId"] == behaviors()["*"]["ResponseHeadersPolicyId"]


def test_counts_are_kept_for_everybody_and_for_32_seconds_with_what_is_stale() -> None:
    kept, counts = policy(COUNTS_PATH), behaviors()[COUNTS_PATH]
    assert (kept["MinTTL"], kept["DefaultTTL"], kept["MaxTTL"]) == (0, 0, 32)
    assert counts["AllowedMethods"] == ["GET", "HEAD"]
    assert counts["OriginRequestPolicyId"] == behaviors()["/@*/*"]["OriginRequestPolicyId"]
    assert counts["TargetOriginId"] == behaviors()["/v1/*"]["TargetOriginId"]


def test_the_page_of_a_clip_is_below_no_other_behavior() -> None:
    """The first pattern that fits is asked, so a link below another would never come to its page."""
    ordered = [behavior["PathPattern"] for behavior in distribution()["CacheBehaviors"]]
    for path in (clip_links.link("ann", "vid"), clip_links.link(None, "vid", share_id="s").partition("?")[0]):
        assert next(pattern for pattern in ordered if fnmatch(path, pattern)) == "/@*/*"
        assert fnmatch(f"{path}/poster.jpg", "/@*/*")


def test_the_header_that_opens_the_api_is_a_reference_and_no_text_in_the_template() -> None:
    apis = {o["Id"]: o for o in distribution()["Origins"] if "OriginCustomHeaders" in o}
    assert set(apis) == {"api", "feed_a", "feed_b"}
    for api in apis.values():
        assert ".execute-api." in json.dumps(api["DomainName"])
        (header,) = api["OriginCustomHeaders"]
        assert header["HeaderName"] == "x-origin-verify"
        assert "{{resolve:secretsmanager:" in json.dumps(header["HeaderValue"])


def test_a_deployment_of_the_feed_is_tried_once_and_for_two_seconds(prod: Assembly) -> None:
    """Which origins the function names, and how long each may take, is said in two languages."""
    code = (CODE / "feed_deployment.js").read_text()
    feeds = [origin for origin in distribution()["Origins"] if origin["Id"].startswith("feed_")]
    assert [f"'{origin['Id']}'" in code for origin in feeds] == [True, True]
    assert "selectRequestOriginById('api')" in code
    for origin in feeds:
        assert (origin["ConnectionAttempts"], origin["ConnectionTimeout"]) == (1, 1)
        assert origin["CustomOriginConfig"]["OriginReadTimeout"] == prod.settings.feed_answer_seconds == 2


def test_each_function_reads_the_store_that_the_local_edge_gives_it() -> None:
    template, _ = stacks()
    read = {}
    for function in template.find_resources("AWS::CloudFront::Function").values():
        first = function["Properties"]["FunctionCode"].splitlines()[0]
        for association in function["Properties"]["FunctionConfig"].get("KeyValueStoreAssociations", []):
            read[first] = json.dumps(association["KeyValueStoreARN"])
    assert {first: "PlaybackKeys" in arn for first, arn in read.items()} == {
        (CODE / file).read_text().splitlines()[0]: store == PLAYBACK_KEYS for file, store in STORES.items()
    }
    assert len(set(read.values())) == len(set(STORES.values()))


def test_no_error_is_kept_nor_replaced_by_a_page() -> None:
    """All codes for which a time can be named. Of the others CloudFront keeps 410 at most, which `no-store` forbids."""
    responses = distribution()["CustomErrorResponses"]
    assert {r["ErrorCode"] for r in responses} == {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    assert all(r["ErrorCachingMinTTL"] == 0 and "ResponsePagePath" not in r for r in responses)


def test_the_functions_are_those_the_local_edge_puts_before_the_same_paths() -> None:
    template, _ = stacks()
    sources = {
        name: f["Properties"]["FunctionCode"]
        for name, f in template.find_resources("AWS::CloudFront::Function").items()
    }
    found = {}
    for pattern, behavior in behaviors().items():
        for association in behavior.get("FunctionAssociations", []):
            assert association["EventType"] == "viewer-request"
            found[pattern] = sources[association["FunctionARN"]["Fn::GetAtt"][0]].splitlines()[0]
    assert found == {pattern: (CODE / file).read_text().splitlines()[0] for pattern, file in FUNCTIONS.items()}


def test_the_token_function_reads_the_stores_keys() -> None:
    template, _ = stacks()
    template.has_resource_properties(
        "AWS::CloudFront::Function",
        {"FunctionConfig": {"Runtime": "cloudfront-js-2.0", "KeyValueStoreAssociations": Match.any_value()}},
    )


def test_buckets_are_read_with_origin_access_control_and_media_through_the_shield() -> None:
    origins = [o for o in distribution()["Origins"] if "S3OriginConfig" in o]
    assert len(origins) == 2
    assert all(o["OriginAccessControlId"] for o in origins)
    shielded = [o for o in origins if o.get("OriginShield", {}).get("Enabled")]
    assert [o["Id"] for o in shielded] == [behaviors()["/v/*"]["TargetOriginId"]]


def test_viewers_get_http_3_over_at_least_tls_1_2_and_everything_is_logged() -> None:
    config = distribution(**NAMED)
    assert config["HttpVersion"] == "http2and3"
    assert config["IPV6Enabled"] is True
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["Aliases"] == ["clips.example.com"]
    assert config["Logging"]["Bucket"]
    assert config["WebACLId"]


def test_a_site_with_a_name_gets_records_for_both_kinds_of_address_and_a_certificate_for_it() -> None:
    delivery, edge = stacks(**NAMED)
    for kind in ("A", "AAAA"):
        delivery.has_resource_properties("AWS::Route53::RecordSet", {"Type": kind, "Name": "clips.example.com."})
    edge.has_resource_properties("AWS::CertificateManager::Certificate", {"DomainName": "clips.example.com"})


def added_headers(pattern: str, **changes: Any) -> dict[str, Any]:
    template, _ = stacks(**changes)
    chosen = behaviors(**changes)[pattern]["ResponseHeadersPolicyId"]["Ref"]
    policy_ = template.find_resources("AWS::CloudFront::ResponseHeadersPolicy")[chosen]
    found: dict[str, Any] = policy_["Properties"]["ResponseHeadersPolicyConfig"]
    return found


def page_headers(**changes: Any) -> dict[str, Any]:
    """What the page's answers say about its security; references to other stacks as CloudFormation writes them."""
    found: dict[str, Any] = added_headers("*", **changes)["SecurityHeadersConfig"]
    return found


def media_cors(*web_origins: str) -> dict[str, Any]:
    template, _ = stacks(**NAMED, web_origins=web_origins)
    chosen = {behaviors(**NAMED, web_origins=web_origins)[path]["ResponseHeadersPolicyId"]["Ref"] for path in MEDIA}
    (policy_id,) = chosen
    found = template.find_resources("AWS::CloudFront::ResponseHeadersPolicy")[policy_id]["Properties"]
    cors: dict[str, Any] = found["ResponseHeadersPolicyConfig"]["CorsConfig"]
    return cors


def test_media_is_read_by_the_pages_that_the_stage_names() -> None:
    site = "https://clips.example.com"
    assert media_cors("https://other.example")["AccessControlAllowOrigins"]["Items"] == [site, "https://other.example"]
    assert media_cors("*")["AccessControlAllowOrigins"]["Items"] == ["*"]
    cors = media_cors()
    assert {"Content-Range", "Content-Length"} <= set(cors["AccessControlExposeHeaders"]["Items"])
    assert (cors["AccessControlAllowCredentials"], cors["OriginOverride"]) == (False, True)


def test_a_page_elsewhere_may_ask_what_it_may_send() -> None:
    for path in MEDIA:
        assert "OPTIONS" in behaviors()[path]["AllowedMethods"]


def page_may(directive: str, **changes: Any) -> str:
    """The sources of one directive of the page's content security policy."""
    pieces = page_headers(**changes)["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Join"][1]
    text = "".join(piece if isinstance(piece, str) else json.dumps(piece) for piece in pieces)
    return str(re.findall(f"{directive} ([^;]*)", text)[0])


def test_the_web_app_loads_scripts_from_itself_only_and_nobody_embeds_it() -> None:
    headers = page_headers()
    said = json.dumps(headers["ContentSecurityPolicy"])
    assert re.search("default-src 'self';.*frame-ancestors 'none'", said)
    assert "script-src" not in said
    assert headers["FrameOptions"]["FrameOption"] == "DENY"


def test_one_page_alone_is_framed_by_everybody_and_may_do_nothing_but_play() -> None:
    """Every other behaviour's answers name nobody, or are no pages."""
    embed = behaviors()[EMBED_PATH]
    added = added_headers(EMBED_PATH)
    headers = added["SecurityHeadersConfig"]
    said = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    allowed = dict(one.split(" ", 1) for one in said.split("; "))
    assert (allowed["frame-ancestors"], allowed["default-src"], allowed["form-action"]) == ("*", "'none'", "'none'")
    assert allowed["connect-src"] == allowed["script-src"] == "'self'"
    assert not {"allow-forms", "allow-modals", "allow-top-navigation"} & set(allowed["sandbox"].split())
    assert "unsafe" not in said
    assert "FrameOptions" not in headers
    assert {one["Header"] for one in added["CustomHeadersConfig"]["Items"]} == {"permissions-policy", "x-robots-tag"}
    assert (embed["TargetOriginId"], embed["AllowedMethods"]) == (behaviors()["*"]["TargetOriginId"], ["GET", "HEAD"])
    policies = {pattern: one["ResponseHeadersPolicyId"] for pattern, one in behaviors().items()}
    assert [pattern for pattern, one in policies.items() if one == policies[EMBED_PATH]] == [EMBED_PATH]


def test_a_stage_that_embeds_nothing_has_no_page_for_frames() -> None:
    assert EMBED_PATH not in behaviors(embedding=False)


def test_the_web_app_may_open_the_socket_that_functions_name(variant: Assembly) -> None:
    service = variant.at(place("notifications"))
    address = variant.flat(service.stack, service.properties["Environment"]["Variables"]["REELSTACK_SOCKET_URL"])
    headers = variant.at("Delivery/WebHeaders")
    said = headers.properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    policy_text = variant.flat(headers.stack, said["ContentSecurityPolicy"])
    (reached,) = re.findall("connect-src ([^;]*);", policy_text)
    assert address.startswith("wss://")
    assert [one for one in reached.split() if fnmatch(address, f"{one}/*")] == [
        f"wss://*.execute-api.{variant.settings.region}.<AWS::URLSuffix>"
    ]
    assert "*" not in policy_text.replace("wss://*.", "")


def test_a_stage_without_a_firewall_has_none_before_its_distribution(assemblies: dict[str, Assembly]) -> None:
    dev = assemblies["dev-core"]
    assert not dev.settings.firewall
    assert not [resource.path for resource in dev.resources if resource.type.startswith("AWS::WAFv2::")]
    assert "WebACLId" not in dev.at("Delivery/Edge").properties["DistributionConfig"]


def test_from_another_region_the_firewall_and_certificate_still_reach_the_distribution() -> None:
    config = distribution(**ABROAD, **NAMED)
    delivery, edge = stacks(**ABROAD, **NAMED)
    (reader,) = delivery.find_resources("Custom::CrossRegionExportReader")
    assert reader in json.dumps(config["WebACLId"])
    assert reader in json.dumps(config["ViewerCertificate"])
    assert len(edge.find_resources("AWS::WAFv2::WebACL")) == 1


def test_edge_url_and_distribution_are_outputs() -> None:
    delivery, _ = stacks()
    assert {"EdgeUrl", "DistributionId", "DistributionDomain"} <= set(delivery.find_outputs("*"))


def test_functions_learn_the_distributions_id_and_the_one_that_withdraws_may_invalidate_it(prod: Assembly) -> None:
    template, _ = stacks()
    (edge,) = template.find_resources("AWS::CloudFront::Distribution")
    parameters = [one["Properties"] for one in template.find_resources("AWS::SSM::Parameter").values()]
    named = {parameter["Name"]: parameter["Value"] for parameter in parameters}
    assert named["/reelstack/prod/distribution-id"] == {"Ref": edge}
    invalidates = {
        where for action, where in granted(place("withdraw_video", "Role"), prod) if "Invalidation" in action
    }
    assert invalidates == {"arn:aws:cloudfront::111111111111:distribution/Delivery/Edge"}


def test_functions_learn_the_sites_address() -> None:
    def told(**changes: Any) -> Any:
        template, _ = stacks(**changes)
        parameters = [one["Properties"] for one in template.find_resources("AWS::SSM::Parameter").values()]
        return next(one["Value"] for one in parameters if one["Name"] == "/reelstack/prod/site-url")

    assert told(**NAMED) == "https://clips.example.com"
    assert told(edge_origin="http://127.0.0.1:8080") == "http://127.0.0.1:8080"
    assert "DomainName" in json.dumps(told())


# --- uploads ---------------------------------------------------------------------------------------------------------

THROUGH = NAMED | {"upload_path": "cloudfront"}


def test_uploads_pass_through_the_cdn_by_setting_only() -> None:
    assert {"/originals/*", "/chunks/*"} & set(behaviors()) == set()
    assert {"/originals/*", "/chunks/*"} < set(behaviors(**THROUGH))


@pytest.mark.parametrize("pattern", ["/originals/*", "/chunks/*"])
def test_a_presigned_request_reaches_the_bucket_as_it_was_signed(pattern: str) -> None:
    """All query strings and headers but the host go on, nothing is kept, and nothing signs a second time."""
    behavior = behaviors(**THROUGH)[pattern]
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # Managed-CachingDisabled
    assert behavior["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
    assert {"PUT", "POST", "GET", "OPTIONS"} < set(behavior["AllowedMethods"])
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    assert "FunctionAssociations" not in behavior
    (origin,) = (o for o in distribution(**THROUGH)["Origins"] if o["Id"] == behavior["TargetOriginId"])
    assert "OriginAccessControlId" not in origin
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    assert {"/originals/*": "Uploads", "/chunks/*": "Intermediates"}[pattern] in json.dumps(origin["DomainName"])
    assert "RegionalDomainName" in json.dumps(origin["DomainName"])


def test_a_page_may_send_parts_where_they_are_signed_for() -> None:
    sent = page_may("connect-src")
    assert "Media" not in sent
    assert sent.count("RegionalDomainName") == 2, "of parts, and of chunks"
    assert sent.count("s3-accelerate.amazonaws.com") == 2
    assert "s3-accelerate" not in page_may("connect-src", transfer_acceleration=False)


def test_a_page_shows_what_is_in_quarantine_and_nothing_else_of_storage() -> None:
    for directive in ("img-src", "media-src"):
        said = page_may(directive)
        assert re.findall(r"GetAtt([A-Z][a-z]+)\w*RegionalDomainName", said) == ["Media"], directive
        assert said.count("https://") == 1


def test_a_path_that_cannot_be_is_refused_before_anything_is_built() -> None:
    base = STAGES["prod"].model_dump()
    for wrong in ({"upload_path": "cloudfront"}, {"upload_path": "acceleration", "transfer_acceleration": False}):
        with pytest.raises(ValueError, match="upload_path"):
            Settings(**base | wrong)
