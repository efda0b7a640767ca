"""The firewall before the distribution. WAF for CloudFront lives in us-east-1 whatever the home region is.

AWS's managed rules only count and label what they match. One rule of ours, the last, refuses by the labels: so a
refusal is a problem document as every other, and rules that read bodies refuse nobody. A rule that AWS adds to a group
counts as well, until its label is listed in managed_rules.py.
"""

import json

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.edge.managed_rules import GROUPS, QUERY_SIZE, ManagedGroup, reads_bodies, reads_query_values
from infra.monitoring.logs import RETENTION
from infra.settings import Settings
from reelstack.errors import ReelstackError, RequestBlocked, TooManyRequests

RATE_WINDOW_SECONDS = 300
API = "/v1/"
SEARCH = "/v1/search/"
"""What people look for is ordinary text too, and travels in the query."""
ANSWERS: dict[type[ReelstackError], str] = {
    TooManyRequests: "This address sent too many requests; try again in a few minutes",
    RequestBlocked: "A rule against attacks matches the address, the query or a header of this request",
}
"""The `detail` of each refusal."""


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
            custom_response_bodies={error.type: _problem(error) for error in ANSWERS},
            rules=[
                self._api_rate(priority=0),
                *(_counting(group, priority) for priority, group in enumerate(GROUPS, start=1)),
                self._known_attacks(priority=1 + len(GROUPS)),
            ],
        )

    def _known_attacks(self, priority: int) -> waf.CfnWebACL.RuleProperty:
        """Refuses what the managed rules have labelled, bodies left out, and query values of a search."""
        refusing = [(group, rule) for group in GROUPS for rule in group.labels if self._refuses(rule)]
        always = [_labelled(group.label(rule)) for group, rule in refusing if not reads_query_values(rule)]
        in_query = [_labelled(group.label(rule)) for group, rule in refusing if reads_query_values(rule)]
        return waf.CfnWebACL.RuleProperty(
            name="KnownAttacks",
            priority=priority,
            visibility_config=_counted("KnownAttacks"),
            action=_block(RequestBlocked),
            statement=_any(*always, _both(_any(*in_query), _not(_path_starts(SEARCH)))),
        )

    def _refuses(self, rule: str) -> bool:
        """With uploads come presigned addresses: a session token alone makes a query longer than the rule allows."""
        too_long = rule == QUERY_SIZE and self._settings.upload_path == "cloudfront"
        return not (reads_bodies(rule) or too_long)

    def _api_rate(self, priority: int) -> waf.CfnWebACL.RuleProperty:
        """Counts API requests only: behind one carrier's address a thousand people may watch, a dozen ranges a minute
        each, and media without a token is refused more cheaply than it is counted."""
        return waf.CfnWebACL.RuleProperty(
            name="ApiRate",
            priority=priority,
            visibility_config=_counted("ApiRate"),
            action=_block(TooManyRequests, {"Retry-After": str(RATE_WINDOW_SECONDS)}),
            statement=waf.CfnWebACL.StatementProperty(
                rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                    aggregate_key_type="IP",
                    limit=self._settings.edge_rate_limit,
                    evaluation_window_sec=RATE_WINDOW_SECONDS,
                    scope_down_statement=_path_starts(API),
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


def _counting(group: ManagedGroup, priority: int) -> waf.CfnWebACL.RuleProperty:
    """Its rules label and count. The group's own result is overridden as well, for rules that AWS adds later."""
    counted = [
        waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={}))
        for rule in group.labels
    ]
    return waf.CfnWebACL.RuleProperty(
        name=group.name,
        priority=priority,
        visibility_config=_counted(group.name),
        override_action=waf.CfnWebACL.OverrideActionProperty(count={}),
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=group.name, rule_action_overrides=counted
            )
        ),
    )


def _problem(error: type[ReelstackError]) -> waf.CfnWebACL.CustomResponseBodyProperty:
    """A problem document. WAF sends no application/problem+json, only plain text, HTML or application/json."""
    said = {
        "type": f"https://reelstack.dev/problems/{error.type}",
        "title": error.title,
        "status": error.status,
        "detail": ANSWERS[error],
    }
    return waf.CfnWebACL.CustomResponseBodyProperty(content=json.dumps(said), content_type="APPLICATION_JSON")


def _block(error: type[ReelstackError], headers: dict[str, str] | None = None) -> waf.CfnWebACL.RuleActionProperty:
    sent = [waf.CfnWebACL.CustomHTTPHeaderProperty(name=name, value=value) for name, value in (headers or {}).items()]
    return waf.CfnWebACL.RuleActionProperty(
        block=waf.CfnWebACL.BlockActionProperty(
            custom_response=waf.CfnWebACL.CustomResponseProperty(
                response_code=error.status, custom_response_body_key=error.type, response_headers=sent or None
            )
        )
    )


def _labelled(label: str) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(
        label_match_statement=waf.CfnWebACL.LabelMatchStatementProperty(scope="LABEL", key=label)
    )


def _path_starts(prefix: str) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(
        byte_match_statement=waf.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=waf.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint="STARTS_WITH",
            search_string=prefix,
            text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )


def _any(*statements: waf.CfnWebACL.StatementProperty) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(or_statement=waf.CfnWebACL.OrStatementProperty(statements=list(statements)))


def _both(*statements: waf.CfnWebACL.StatementProperty) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(
        and_statement=waf.CfnWebACL.AndStatementProperty(statements=list(statements))
    )


def _not(statement: waf.CfnWebACL.StatementProperty) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(not_statement=waf.CfnWebACL.NotStatementProperty(statement=statement))
