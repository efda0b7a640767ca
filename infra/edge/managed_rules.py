"""The groups of rules that AWS WAF keeps up to date and the firewall asks. Pure.

Names, labels and capacity are those of "Baseline rule groups" in the AWS WAF developer guide; AWS does not publish the
patterns. An override whose name no rule has is ignored without a word, and so is a label that no rule sets; therefore
both are written down here once and checked by tests/infra/test_firewall.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ManagedGroup:
    """`labels` maps each rule to the last part of the label that a matching request gets."""

    name: str
    namespace: str
    capacity_units: int
    labels: dict[str, str]

    def label(self, rule: str) -> str:
        return f"{self.namespace}:{self.labels[rule]}"


KNOWN_BAD_INPUTS = ManagedGroup(
    name="AWSManagedRulesKnownBadInputsRuleSet",
    namespace="awswaf:managed:aws:known-bad-inputs",
    capacity_units=200,
    labels={
        "JavaDeserializationRCE_HEADER": "JavaDeserializationRCE_Header",
        "JavaDeserializationRCE_BODY": "JavaDeserializationRCE_Body",
        "JavaDeserializationRCE_URIPATH": "JavaDeserializationRCE_URIPath",
        "JavaDeserializationRCE_QUERYSTRING": "JavaDeserializationRCE_QueryString",
        "Host_localhost_HEADER": "Host_Localhost_Header",
        "PROPFIND_METHOD": "Propfind_Method",
        "ExploitablePaths_URIPATH": "ExploitablePaths_URIPath",
        "Log4JRCE_HEADER": "Log4JRCE_Header",
        "Log4JRCE_QUERYSTRING": "Log4JRCE_QueryString",
        "Log4JRCE_BODY": "Log4JRCE_Body",
        "Log4JRCE_URIPATH": "Log4JRCE_URIPath",
        "ReactJSRCE_BODY": "ReactJSRCE_Body",
    },
)
COMMON = ManagedGroup(
    name="AWSManagedRulesCommonRuleSet",
    namespace="awswaf:managed:aws:core-rule-set",
    capacity_units=700,
    labels={
        "NoUserAgent_HEADER": "NoUserAgent_Header",
        "UserAgent_BadBots_HEADER": "BadBots_Header",
        "SizeRestrictions_QUERYSTRING": "SizeRestrictions_QueryString",
        "SizeRestrictions_Cookie_HEADER": "SizeRestrictions_Cookie_Header",
        "SizeRestrictions_BODY": "SizeRestrictions_Body",
        "SizeRestrictions_URIPATH": "SizeRestrictions_URIPath",
        "EC2MetaDataSSRF_BODY": "EC2MetaDataSSRF_Body",
        "EC2MetaDataSSRF_COOKIE": "EC2MetaDataSSRF_Cookie",
        "EC2MetaDataSSRF_URIPATH": "EC2MetaDataSSRF_URIPath",
        "EC2MetaDataSSRF_QUERYARGUMENTS": "EC2MetaDataSSRF_QueryArguments",
        "GenericLFI_QUERYARGUMENTS": "GenericLFI_QueryArguments",
        "GenericLFI_URIPATH": "GenericLFI_URIPath",
        "GenericLFI_BODY": "GenericLFI_Body",
        "RestrictedExtensions_URIPATH": "RestrictedExtensions_URIPath",
        "RestrictedExtensions_QUERYARGUMENTS": "RestrictedExtensions_QueryArguments",
        "GenericRFI_QUERYARGUMENTS": "GenericRFI_QueryArguments",
        "GenericRFI_BODY": "GenericRFI_Body",
        "GenericRFI_URIPATH": "GenericRFI_URIPath",
        "CrossSiteScripting_COOKIE": "CrossSiteScripting_Cookie",
        "CrossSiteScripting_QUERYARGUMENTS": "CrossSiteScripting_QueryArguments",
        "CrossSiteScripting_BODY": "CrossSiteScripting_Body",
        "CrossSiteScripting_URIPATH": "CrossSiteScripting_URIPath",
    },
)
GROUPS = (KNOWN_BAD_INPUTS, COMMON)

QUERY_SIZE = "SizeRestrictions_QUERYSTRING"


def reads_bodies(rule: str) -> bool:
    """Bodies are what people write, or parts of a clip: `<script>`, `../` and an address with digits are ordinary
    there. Nothing behind the edge puts a body into a page, a path, a shell or a query language."""
    return rule.endswith("_BODY")


def reads_query_values(rule: str) -> bool:
    """The rules that look for patterns in the query; its size is another matter."""
    return rule.endswith(("_QUERYARGUMENTS", "_QUERYSTRING")) and rule != QUERY_SIZE
