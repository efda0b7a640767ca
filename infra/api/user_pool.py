"""Who may sign in, and how: the stage's own Cognito user pool, for stages whose settings name no other issuer."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.settings import Settings

ROLES = ("viewer", "creator", "moderator", "admin")


def user_pool(scope: Construct, settings: Settings, removal: RemovalPolicy) -> cognito.UserPool:
    """With a group for each role and a domain for the sign-in page."""
    pool = cognito.UserPool(
        scope,
        "Users",
        self_sign_up_enabled=True,
        sign_in_aliases=cognito.SignInAliases(username=True, email=True),
        auto_verify=cognito.AutoVerifiedAttrs(email=True),
        password_policy=cognito.PasswordPolicy(
            min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
        ),
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=settings.keep_data,
        removal_policy=removal,
    )
    for order, role in enumerate(reversed(ROLES)):
        cognito.CfnUserPoolGroup(
            scope, f"{role.title()}s", user_pool_id=pool.user_pool_id, group_name=role, precedence=order
        )
    pool.add_domain(
        "SignIn",
        cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"reelstack-{settings.stage}-{settings.account}"),
    )
    return pool


def app_client(pool: cognito.UserPool, settings: Settings) -> cognito.UserPoolClient:
    """What web, phones and the command line sign in as: authorization code with PKCE, and no secret to keep."""
    # The distribution's own name is only known once it is there: a stage without a domain adds it to web_origins.
    sites = [f"https://{settings.domain}"] if settings.domain else []
    sites += [origin for origin in settings.web_origins if origin != "*"]
    callbacks = [f"{site}/" for site in sites] or ["http://localhost:5173/"]
    return pool.add_client(
        "App",
        generate_secret=False,
        auth_flows=cognito.AuthFlow(user_srp=True, user_password=settings.password_sign_in),
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        access_token_validity=Duration.hours(1),
        refresh_token_validity=Duration.days(settings.session_days),
        o_auth=cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
            callback_urls=callbacks,
            logout_urls=callbacks,
        ),
    )
