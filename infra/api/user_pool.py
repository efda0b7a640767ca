"""Who may sign in, and how: the stage's own Cognito user pool, for stages whose settings name no other issuer."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.settings import Settings

ROLES = ("viewer", "creator", "moderator", "admin")


def user_pool(scope: Construct, settings: Settings, removal: RemovalPolicy, confirmed_arn: str) -> cognito.UserPool:
    """With a group for each role and a domain for the sign-in page. `confirmed_arn`: of the function that the pool asks
    after a sign-up or a forgotten password was confirmed; another stack makes it later, and Cognito does not look."""
    pool = cognito.UserPool(
        scope,
        "Users",
        feature_plan=cognito.FeaturePlan[settings.cognito_plan],
        email=_mails(settings),
        self_sign_up_enabled=True,
        sign_in_aliases=cognito.SignInAliases(username=True, email=True),
        auto_verify=cognito.AutoVerifiedAttrs(email=True),
        # A changed address counts, and replaces the old one, only once its code was entered.
        keep_original=cognito.KeepOriginalAttrs(email=True),
        password_policy=cognito.PasswordPolicy(
            min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
        ),
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
        # Watches for guessed and leaked passwords, and answers them. Only the dearest plan has it.
        standard_threat_protection_mode=(
            cognito.StandardThreatProtectionMode.FULL_FUNCTION if settings.cognito_plan == "PLUS" else None
        ),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=settings.keep_data,
        removal_policy=removal,
    )
    made = pool.node.default_child
    assert isinstance(made, cognito.CfnUserPool)
    made.lambda_config = cognito.CfnUserPool.LambdaConfigProperty(post_confirmation=confirmed_arn)
    for order, role in enumerate(reversed(ROLES)):
        cognito.CfnUserPoolGroup(
            scope, f"{role.title()}s", user_pool_id=pool.user_pool_id, group_name=role, precedence=order
        )
    pool.add_domain(
        "SignIn",
        cognito_domain=cognito.CognitoDomainOptions(domain_prefix=_domain_prefix(settings)),
        # The newer pages are a feature of ESSENTIALS, and show nothing until somebody has styled them.
        managed_login_version=cognito.ManagedLoginVersion.CLASSIC_HOSTED_UI,
    )
    return pool


def sign_in_url(settings: Settings) -> str:
    """Address of the pool's sign-in pages, without a slash at the end."""
    return f"https://{_domain_prefix(settings)}.auth.{settings.region}.amazoncognito.com"


def _domain_prefix(settings: Settings) -> str:
    return f"reelstack-{settings.stage}-{settings.account}"


def _mails(settings: Settings) -> cognito.UserPoolEmail | None:
    """Invitations and codes by SES, if there is an identity; an identity that is a domain sends from no-reply@ it."""
    identity = settings.ses_identity
    if identity is None:
        return None
    is_address = "@" in identity
    return cognito.UserPoolEmail.with_ses(
        from_email=identity if is_address else f"no-reply@{identity}",
        from_name="Reelstack",
        ses_region=settings.region,
        ses_verified_domain=None if is_address else identity,
    )


def app_client(pool: cognito.UserPool, settings: Settings) -> cognito.UserPoolClient:
    """What web, phones and the command line sign in as: authorization code with PKCE, and no secret to keep.

    Not with SRP: tokens of Cognito's own API carry the scope of self-service (aws.cognito.signin.user.admin), by which
    the holder of one changes password, second factor and address. Tokens of the code flow have what they ask for, and
    only the scopes below are given.
    """
    # The distribution's own name is only known once it is there: `reelstack deploy` adds it to web_origins then.
    sites = [f"https://{settings.domain}"] if settings.domain else []
    sites += [origin for origin in settings.web_origins if origin != "*"]
    callbacks = [f"{site}/" for site in sites] or ["http://localhost:5173/"]
    return pool.add_client(
        "App",
        generate_secret=False,
        auth_flows=cognito.AuthFlow(user_srp=False, user_password=settings.password_sign_in),
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


def password_client(pool: cognito.UserPool) -> cognito.UserPoolClient:
    """By which the service proves a password, with its own rights; the API takes no token of it."""
    return pool.add_client(
        "Passwords",
        generate_secret=False,
        auth_flows=cognito.AuthFlow(admin_user_password=True),
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        disable_o_auth=True,
        access_token_validity=Duration.minutes(5),
        id_token_validity=Duration.minutes(5),
        refresh_token_validity=Duration.hours(1),
    )
