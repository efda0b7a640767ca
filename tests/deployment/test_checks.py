"""What `reelstack doctor --stage` finds, and that it never fails where it may not look."""

import json
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from deployment import account_checks, site_checks
from deployment.account import Account
from deployment.findings import Check, Finding, examine
from infra.settings import Settings
from tests.deployment.conftest import REGION, Answering

ME = "arn:aws:iam::123456789012:user/ann"


def found(check: Check, settings: Settings, account: Account) -> dict[str, str]:
    return {one.what: one.state for one in examine((check,), settings, account)}


def one(check: Check, settings: Settings, account: Account) -> Finding:
    (only,) = examine((check,), settings, account)
    return only


@pytest.mark.parametrize(("number", "state"), [("123456789012", "ok"), ("999999999999", "missing")])
def test_credentials_must_be_of_the_settings_account(
    settings: Settings, account: Answering, number: str, state: str
) -> None:
    account.answer("sts", "get_caller_identity", {"Account": number, "Arn": ME})
    assert one(account_checks.credentials, settings, account).state == state


@pytest.mark.parametrize(("limit", "state"), [(1000, "ok"), (10, "missing")])
def test_a_new_accounts_concurrency_is_too_little(
    settings: Settings, account: Answering, limit: int, state: str
) -> None:
    account.answer("lambda", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": limit}})
    planned = settings.model_copy(update={"lambda_concurrency": 1000})
    seen = one(account_checks.lambda_concurrency, planned, account)
    assert seen.state == state
    assert ("request-service-quota-increase" in seen.mend) == (state == "missing")


@pytest.mark.parametrize(("memory", "state"), [(7076, "ok"), (3008, "unknown")])
def test_a_large_function_shows_that_the_account_may_have_one(
    settings: Settings, account: Answering, memory: int, state: str
) -> None:
    account.answer("lambda", "list_functions", {"Functions": [{"MemorySize": memory}]})
    assert one(account_checks.lambda_memory, settings, account).state == state


@pytest.mark.parametrize(("quantity", "state"), [(1, "ok"), (0, "unknown")])
def test_a_distribution_shows_that_the_account_is_verified(
    settings: Settings, account: Answering, quantity: int, state: str
) -> None:
    listed = {"Marker": "", "MaxItems": 1, "IsTruncated": False, "Quantity": quantity}
    account.answer("cloudfront", "list_distributions", {"DistributionList": listed})
    assert one(account_checks.cloudfront, settings, account).state == state


def test_both_regions_must_be_bootstrapped(settings: Settings, account: Answering) -> None:
    account.answer("ssm", "get_parameter", {"Parameter": {"Value": "30"}})
    account.refuse("ssm", "get_parameter", "ParameterNotFound", region="us-east-1")
    home, edge = examine((account_checks.cdk_bootstrap,), settings, account)
    assert (home.what, home.state) == (f"CDK bootstrap in {REGION}", "ok")
    assert edge.state == "missing"
    assert edge.mend == "reelstack npm exec -- cdk bootstrap aws://123456789012/us-east-1"


def test_the_search_role_is_wanted_only_where_a_domain_is_made(settings: Settings, account: Answering) -> None:
    assert found(account_checks.search_role, settings, account) == {}
    account.refuse("iam", "get_role", "NoSuchEntity")
    full = settings.model_copy(update={"profile": "full"})
    assert one(account_checks.search_role, full, account).state == "missing"


def test_without_ses_the_limit_of_cognitos_own_mails_is_said(settings: Settings, account: Answering) -> None:
    seen = one(account_checks.mails, settings, account)
    assert seen.state == "note"
    assert "50 a day" in seen.seen


@pytest.mark.parametrize(("verified", "left"), [(True, True), (False, True), (True, False)])
def test_an_ses_identity_is_verified_and_out_of_the_sandbox(
    settings: Settings, account: Answering, verified: bool, left: bool
) -> None:
    account.answer("sesv2", "get_email_identity", {"VerifiedForSendingStatus": verified}, EmailIdentity="example.com")
    account.answer("sesv2", "get_account", {"ProductionAccessEnabled": left})
    seen = found(account_checks.mails, settings.model_copy(update={"ses_identity": "example.com"}), account)
    assert [seen["SES identity"], seen["SES sandbox"]] == ["ok" if good else "missing" for good in (verified, left)]


@pytest.mark.parametrize(
    ("zone", "state"), [("example.com.", "ok"), ("clips.example.com.", "ok"), ("ample.com.", "missing")]
)
def test_the_hosted_zone_holds_the_domain(settings: Settings, account: Answering, zone: str, state: str) -> None:
    account.answer("route53", "get_hosted_zone", {"HostedZone": {"Id": "Z1", "Name": zone, "CallerReference": "r"}})
    named = settings.model_copy(update={"domain": "clips.example.com", "hosted_zone_id": "Z1"})
    assert one(account_checks.hosted_zone, named, account).state == state


@pytest.mark.parametrize(
    ("arn", "state"), [(f"arn:aws:sns:{REGION}:123456789012:t:1", "ok"), ("PendingConfirmation", "missing")]
)
def test_alarms_reach_nobody_before_the_address_is_confirmed(
    settings: Settings, account: Answering, arn: str, state: str
) -> None:
    listed = [{"Endpoint": "ops@example.com", "SubscriptionArn": arn}]
    account.answer("sns", "list_subscriptions_by_topic", {"Subscriptions": listed})
    heard = settings.model_copy(update={"alarm_email": "ops@example.com"})
    assert one(site_checks.alarm_subscription, heard, account).state == state


def deployed(account: Answering, *, key: str, page: int, admins: list[str]) -> None:
    names = {"DistributionId": "E1", "EdgeUrl": "https://d1.cloudfront.net", "WebBucket": "web"}
    names |= {"PlaybackSecret": "arn:secret", "UserPoolId": f"{REGION}_pool"}
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in names.items()]
    stack = {"StackName": "Reelstack-dev-State", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
    account.answer("cloudformation", "describe_stacks", {"Stacks": [stack | {"Outputs": outputs}]})
    account.answer("s3", "list_objects_v2", {"KeyCount": page})
    account.answer("secretsmanager", "get_secret_value", {"SecretString": key})
    account.answer("cognito-idp", "list_users_in_group", {"Users": [{"Username": name} for name in admins]})


@pytest.mark.parametrize(
    ("world", "lacking"),
    [
        ({"key": json.dumps({"current": "k1"}), "page": 1, "admins": ["you"]}, set()),
        ({"key": "Kx#81-as-made", "page": 0, "admins": []}, {"web app", "playback key", "administrator"}),
    ],
)
def test_a_site_has_a_page_a_key_and_an_administrator(
    settings: Settings, account: Answering, world: dict[str, Any], lacking: set[str]
) -> None:
    deployed(account, **world)
    seen = examine((site_checks.site,), settings, account)
    assert {one.what for one in seen if one.state == "missing"} == lacking
    assert all(one.mend.startswith("reelstack deploy dev") for one in seen if one.state == "missing")


@pytest.mark.parametrize("check", account_checks.CHECKS + site_checks.CHECKS)
def test_who_may_not_look_is_told_so_and_the_other_checks_go_on(settings: Settings, check: Check) -> None:
    class Closed(Answering):
        """Refuses the first thing that each check asks for."""

        def client(self, service: str, region: str | None = None) -> Any:
            made = super().client(service, region)
            made.meta.events.register_first("before-call", lambda **_: _refuse())
            return made

    def _refuse() -> None:
        raise EndpointConnectionError(endpoint_url="https://nowhere")

    wanting = settings.model_copy(
        update={"profile": "full", "ses_identity": "example.com", "alarm_email": "a@example.com"}
        | {"domain": "example.com", "hosted_zone_id": "Z1"}
    )
    for one in examine((check,), wanting, Closed(REGION)):
        assert one.state == "unknown" or one.what == "Python for layers"
        assert one.state != "unknown" or one.seen.startswith("could not look")


def test_without_credentials_one_finding_says_what_to_do(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (only,) = examine(account_checks.CHECKS, settings, Account(settings.region))
    assert (only.what, only.state) == ("credentials", "missing")
    assert "AWS_PROFILE" in only.mend
    assert "REELSTACK_ACCOUNT" in only.mend


def test_a_missing_permission_is_named(settings: Settings, account: Answering) -> None:
    account.refuse("lambda", "get_account_settings", "AccessDeniedException")
    seen = one(account_checks.lambda_concurrency, settings, account)
    assert (seen.state, seen.seen) == ("unknown", "could not look: AccessDeniedException at GetAccountSettings")
