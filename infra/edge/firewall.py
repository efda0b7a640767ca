"""The firewall before the distribution. WAF for CloudFront lives in us-east-1 whatever the home region is."""

import json

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.monitoring.logs import RETENTION
from infra.settings import Settings
from reelstack.errors import TooManyRequests

RATE_WINDOW_SECONDS = 300
TOO_MANY = json.dumps(
    {
        "type": f"https://reelstack.dev/problems/{TooManyRequests.type}",
        "title": TooManyRequests.title,
        "status": TooManyRequests.status,
        "detail": "This address sent too many requests; try again in a few minutes",
    }
)


class Firewall(Construct):
    """`arn` is for the distribution."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Firewall")
        self._settings = settings
        acl = self._acl()
        self._log(acl)
        self.arn = acl.attr_arn

    def _acl(self) -> waf.CfnWebACL:
        return waf.CfnWebACL(
            self,
            "Acl",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_counted("Firewall"),
            custom_response_bodies={
                "too-many": waf.CfnWebACL.CustomResponseBodyProperty(content=TOO_MANY, content_type="APPLICATION_JSON")
            },
            rules=[
                self._api_rate(priority=0),
                _managed("AWSManagedRulesKnownBadInputsRuleSet", priority=1),
                # A list of a hundred parts is longer than the 8 KB that rule allows; the API has a limit of its own
                # and says so in its own words.
                _managed("AWSManagedRulesCommonRuleSet", priority=2, only_counted=self._sizes_of_ours()),
            ],
        )

    def _sizes_of_ours(self) -> tuple[str, ...]:
        """With uploads come presigned addresses: a session token alone makes a query longer than the rule allows."""
        uploads = ("SizeRestrictions_QUERYSTRING",) if self._settings.upload_path == "cloudfront" else ()
        return ("SizeRestrictions_BODY", *uploads)

    def _api_rate(self, priority: int) -> waf.CfnWebACL.RuleProperty:
        """Counts API requests only: behind one carrier's address a thousand people may watch, a dozen ranges a minute
        each, and media without a token is refused more cheaply than it is counted."""
        return waf.CfnWebACL.RuleProperty(
            name="ApiRate",
            priority=priority,
            visibility_config=_counted("ApiRate"),
            action=waf.CfnWebACL.RuleActionProperty(
                block=waf.CfnWebACL.BlockActionProperty(
                    custom_response=waf.CfnWebACL.CustomResponseProperty(
                        response_code=429,
                        custom_response_body_key="too-many",
                        response_headers=[
                            waf.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(RATE_WINDOW_SECONDS))
                        ],
                    )
                )
            ),
            statement=waf.CfnWebACL.StatementProperty(
                rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                    aggregate_key_type="IP",
                    limit=self._settings.edge_rate_limit,
                    evaluation_window_sec=RATE_WINDOW_SECONDS,
                    scope_down_statement=waf.CfnWebACL.StatementProperty(
                        byte_match_statement=waf.CfnWebACL.ByteMatchStatementProperty(
                            field_to_match=waf.CfnWebACL.FieldToMatchProperty(uri_path={}),
                            positional_constraint="STARTS_WITH",
                            search_string="/v1/",
                            text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
                        )
                    ),
                )
            ),
        )

    def _log(self, acl: waf.CfnWebACL) -> None:
        """Keeps what was blocked or would have been; the rest is in the distribution's access log."""
        group = logs.LogGroup(
            self,
            "FirewallLog",
            # WAF takes only names with this prefix.
            log_group_name=f"aws-waf-logs-reelstack-{self._settings.stage}",
            retention=RETENTION[self._settings.log_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        kept = [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")]
        waf.CfnLoggingConfiguration(
            self,
            "FirewallLogging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[
                Stack.of(self).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=group.log_group_name,
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            redacted_fields=[
                waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "authorization"}),
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [{"Behavior": "KEEP", "Conditions": kept, "Requirement": "MEETS_ANY"}],
            },
        )


def _counted(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )


def _managed(name: str, priority: int, only_counted: tuple[str, ...] = ()) -> waf.CfnWebACL.RuleProperty:
    """A rule group that AWS maintains; rules in `only_counted` show in the metrics but refuse nobody."""
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        visibility_config=_counted(name),
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=name,
                rule_action_overrides=[
                    waf.CfnWebACL.RuleActionOverrideProperty(
                        name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={})
                    )
                    for rule in only_counted
                ]
                or None,
            )
        ),
    )
