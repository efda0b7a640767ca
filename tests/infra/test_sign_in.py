"""Who may sign in and who hears of it: the user pool, its mails, its plan, and the settings that decide them."""

from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.app import settings_of
from infra.settings import Settings
from infra.stacks.stage import build_foundation
from infra.stages import PLACEHOLDER_EMAIL, STAGES
from tests.infra.templates import Assembly

SITE = "https://d111abcdef8.cloudfront.net"


def state(stage: str = "dev", **changes: Any) -> Template:
    """The stack State of a stage with `changes`."""
    return Template.from_stack(build_foundation(App(), STAGES[stage].model_copy(update=changes)).state)


def only(template: Template, kind: str) -> dict[str, Any]:
    (found,) = template.find_resources(kind).values()
    properties: dict[str, Any] = found["Properties"]
    return properties


def test_the_pool_is_of_the_plan_the_settings_name_and_that_is_the_cheapest(variant: Assembly) -> None:
    """AWS gives ESSENTIALS to a pool that names none, at about three times the price."""
    (pool,) = variant.of("AWS::Cognito::UserPool")
    assert pool.properties["UserPoolTier"] == "LITE"
    assert only(state(cognito_plan="PLUS"), "AWS::Cognito::UserPool")["UserPoolTier"] == "PLUS"


def test_nothing_of_the_pool_needs_a_dearer_plan(variant: Assembly) -> None:
    """Not in LITE: the newer sign-in pages, mailed one-time codes, passkeys, triggers that change access tokens."""
    (pool,) = variant.of("AWS::Cognito::UserPool")
    (domain,) = variant.of("AWS::Cognito::UserPoolDomain")
    assert domain.properties["ManagedLoginVersion"] == 1
    assert pool.properties["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert not {"UserPoolAddOns", "WebAuthnRelyingPartyID"} & set(pool.properties)
    assert set(pool.properties["LambdaConfig"]) == {"PostConfirmation"}
    assert "PasswordHistorySize" not in pool.properties["Policies"]["PasswordPolicy"]


@pytest.mark.engines
def test_guessed_passwords_are_answered_by_the_plan_that_can() -> None:
    pool = only(state(cognito_plan="PLUS"), "AWS::Cognito::UserPool")
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


def test_no_token_of_the_app_serves_itself_at_the_user_pool(variant: Assembly) -> None:
    """Cognito's own API gives every token the scope of self-service, by which its holder changes the password."""
    for client in (one.properties for one in variant.of("AWS::Cognito::UserPoolClient")):
        assert client["PreventUserExistenceErrors"] == "ENABLED"
        assert client["EnableTokenRevocation"] is True
        assert "aws.cognito.signin.user.admin" not in client.get("AllowedOAuthScopes", [])
        only_by_the_service = {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
        assert set(client["ExplicitAuthFlows"]) <= only_by_the_service


def test_the_pool_asks_the_function_that_ends_sign_ins_and_may(variant: Assembly) -> None:
    (pool,) = variant.of("AWS::Cognito::UserPool")
    asked = variant.flat(pool.stack, pool.properties["LambdaConfig"]["PostConfirmation"])
    assert asked.endswith(f"function:reelstack-{variant.settings.stage}-end_sign_ins")
    (may,) = (
        one.properties
        for one in variant.of("AWS::Lambda::Permission")
        if one.properties["Principal"] == "cognito-idp.amazonaws.com"
    )
    assert variant.flat("People", may["SourceArn"]) == "State/Users.Arn"


def test_a_changed_address_counts_only_once_its_code_was_entered(variant: Assembly) -> None:
    """Nor can its owner say that it is verified: by default a client may write every standard attribute but that."""
    (pool,) = variant.of("AWS::Cognito::UserPool")
    client = next(one for one in variant.of("AWS::Cognito::UserPoolClient") if one.properties.get("CallbackURLs"))
    assert pool.properties["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    assert pool.properties["AutoVerifiedAttributes"] == ["email"]
    assert "email_verified" not in client.properties.get("WriteAttributes", [])


@pytest.mark.engines
@pytest.mark.parametrize(
    ("identity", "sender", "arn"),
    [
        ("clips@example.com", "clips@example.com", "identity/clips@example.com"),
        ("example.com", "no-reply@example.com", "identity/example.com"),
    ],
)
def test_mails_come_from_the_ses_identity_be_it_an_address_or_a_domain(identity: str, sender: str, arn: str) -> None:
    mails = only(state(ses_identity=identity), "AWS::Cognito::UserPool")["EmailConfiguration"]
    assert mails["EmailSendingAccount"] == "DEVELOPER"
    assert sender in mails["From"]
    assert str(mails["SourceArn"]).endswith(f"{arn}']]}}")


@pytest.mark.engines
def test_without_an_identity_cognito_mails_itself() -> None:
    assert "EmailConfiguration" not in only(state(), "AWS::Cognito::UserPool")


def test_the_site_passed_on_by_deploy_may_sign_in_and_upload() -> None:
    """`-c site=…`, besides the origins that the stage had."""
    told = App(context={"stage": "dev", "site": SITE})
    assert settings_of(told).web_origins == (*STAGES["dev"].web_origins, SITE)
    assert settings_of(App(context={"stage": "dev"})) == STAGES["dev"]


@pytest.mark.engines
def test_a_site_among_the_origins_is_a_callback_and_may_upload() -> None:
    template = state(web_origins=(SITE,))
    clients = [one["Properties"] for one in template.find_resources("AWS::Cognito::UserPoolClient").values()]
    (client,) = (one for one in clients if one.get("CallbackURLs"))
    assert client["CallbackURLs"] == client["LogoutURLs"] == [f"{SITE}/"]
    origins = [
        rule["AllowedOrigins"]
        for bucket in template.find_resources("AWS::S3::Bucket").values()
        for rule in bucket["Properties"].get("CorsConfiguration", {}).get("CorsRules", [])
    ]
    assert origins == [[SITE], [SITE]], "of originals and of chunks"


def test_a_stage_that_keeps_data_needs_somebody_who_hears_its_alarms() -> None:
    base = STAGES["dev"].model_dump()
    with pytest.raises(ValueError, match=r"alarm_email is missing.*REELSTACK_ALARM_EMAIL"):
        Settings(**base | {"keep_data": True, "alarm_email": None})
    assert Settings(**base | {"keep_data": True, "alarm_email": "ops@example.com"})
    assert Settings(**base | {"keep_data": False, "alarm_email": None})


def test_alarms_of_production_reach_the_address(assemblies: dict[str, Assembly]) -> None:
    mails = {
        r.properties["Endpoint"]
        for r in assemblies["prod-full"].of("AWS::SNS::Subscription")
        if r.stack == "Monitoring"
    }
    assert mails == {PLACEHOLDER_EMAIL}


def test_every_service_is_told_who_may_upload(variant: Assembly) -> None:
    told = [
        environment["REELSTACK_CREATORS"]
        for function in variant.of("AWS::Lambda::Function")
        if "REELSTACK_ORIGIN_SECRET" in (environment := function.properties.get("Environment", {}).get("Variables", {}))
        and "REELSTACK_RATES" in environment
    ]
    assert len(told) >= 7
    assert set(told) == {variant.settings.creators}
