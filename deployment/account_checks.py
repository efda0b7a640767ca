"""What must be right in an account before a stage can be deployed there. Each check only reads."""

from collections.abc import Iterator

from botocore.exceptions import NoCredentialsError

from deployment.account import Account
from deployment.findings import Check, Finding, missing, note, ok, unknown
from infra.settings import Settings
from infra.stages import PLACEHOLDER_ACCOUNT

EDGE_REGION = "us-east-1"
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
"""The SSM parameter by which `cdk deploy` itself knows that a region is ready."""
CONCURRENCY_QUOTA = "L-B99A9384"
"""What AWS gives an account that is not new, and the quota's code."""
NEW_ACCOUNT_MB = 3_008
"""New accounts end here, and no API says so."""
MEMORY_MB = 10_240
SEARCH_ROLE = "AWSServiceRoleForAmazonOpenSearchService"


def credentials(settings: Settings, account: Account) -> Iterator[Finding]:
    try:
        seen = account.client("sts").get_caller_identity()
    except NoCredentialsError:
        mend = f"export AWS_PROFILE=… (`aws configure` makes one) and REELSTACK_ACCOUNT={settings.account}"
        if settings.account == PLACEHOLDER_ACCOUNT:
            mend = "export AWS_PROFILE=… (`aws configure` makes one) and REELSTACK_ACCOUNT=… (12 digits)"
        yield missing("credentials", "this shell has none, so nothing else was looked at", mend, last=True)
        return
    if seen["Account"] == settings.account:
        yield ok("credentials", f"{seen['Arn']}, as the settings say")
    else:
        yield missing(
            "credentials",
            f"of account {seen['Account']}, stage {settings.stage} is of {settings.account}",
            f"export AWS_PROFILE=…, or REELSTACK_ACCOUNT={seen['Account']}",
        )


def lambda_concurrency(settings: Settings, account: Account) -> Iterator[Finding]:
    limit = account.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    wanted = settings.lambda_concurrency
    if limit >= wanted:
        yield ok("Lambda concurrency", f"{limit} at once")
    else:
        yield missing(
            "Lambda concurrency",
            f"{limit} at once, {wanted} are planned with: ask for more, or lower lambda_concurrency",
            f"aws service-quotas request-service-quota-increase --service-code lambda --quota-code {CONCURRENCY_QUOTA} "
            f"--desired-value {wanted} --region {settings.region}",
        )


def lambda_memory(_: Settings, account: Account) -> Iterator[Finding]:
    pages = account.client("lambda").get_paginator("list_functions").paginate()
    largest = max((function["MemorySize"] for page in pages for function in page["Functions"]), default=0)
    if largest > NEW_ACCOUNT_MB:
        yield ok("Lambda memory", f"a function of {largest} MB exists")
    else:
        yield unknown(
            "Lambda memory",
            f"no API tells the limit; new accounts end at {NEW_ACCOUNT_MB} MB, transcoding needs up to {MEMORY_MB}",
            "if the deployment fails at MemorySize: ask AWS Support to raise the account's Lambda memory",
        )


def cloudfront(_: Settings, account: Account) -> Iterator[Finding]:
    found = account.client("cloudfront").list_distributions(MaxItems="1")["DistributionList"]
    if found["Quantity"]:
        yield ok("CloudFront", "the account has a distribution, so it is verified")
    else:
        yield unknown(
            "CloudFront",
            "no distribution yet; no API tells whether the account is verified for them",
            'if the deployment fails with "must be verified": open a case at AWS Support, service CloudFront',
        )


def cdk_bootstrap(settings: Settings, account: Account) -> Iterator[Finding]:
    for region in dict.fromkeys((settings.region, EDGE_REGION)):
        ssm = account.client("ssm", region)
        what = f"CDK bootstrap in {region}"
        try:
            version = ssm.get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            mend = f"reelstack npm exec -- cdk bootstrap aws://{settings.account}/{region}"
            yield missing(what, "never done", mend)
        else:
            yield ok(what, f"version {version}")


def search_role(settings: Settings, account: Account) -> Iterator[Finding]:
    if settings.profile != "full" or settings.search_url:
        return
    iam = account.client("iam")
    try:
        iam.get_role(RoleName=SEARCH_ROLE)
    except iam.exceptions.NoSuchEntityException:
        yield missing(
            "OpenSearch role",
            f"{SEARCH_ROLE} is not there: the domain could not stand in the VPC",
            "aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com",
        )
    else:
        yield ok("OpenSearch role", SEARCH_ROLE)


def mails(settings: Settings, account: Account) -> Iterator[Finding]:
    if settings.issuer:
        return
    if settings.ses_identity is None:
        yield note("mails", "Cognito's own address: 50 a day in all", "set ses_identity in infra/stages.py")
        return
    ses = account.client("sesv2")
    create = f"aws sesv2 create-email-identity --email-identity {settings.ses_identity} --region {settings.region}"
    try:
        verified = ses.get_email_identity(EmailIdentity=settings.ses_identity)["VerifiedForSendingStatus"]
    except ses.exceptions.NotFoundException:
        yield missing("SES identity", f"{settings.ses_identity} is not there", create)
    else:
        if verified:
            yield ok("SES identity", f"{settings.ses_identity} is verified")
        else:
            yield missing(
                "SES identity",
                f"{settings.ses_identity} waits to be confirmed",
                "answer AWS's mail, or set the DNS records that `aws sesv2 get-email-identity` names",
            )
    if ses.get_account()["ProductionAccessEnabled"]:
        yield ok("SES sandbox", "left")
    else:
        yield missing(
            "SES sandbox",
            "mails reach verified addresses only",
            "aws sesv2 put-account-details "
            "--production-access-enabled --mail-type TRANSACTIONAL --website-url https://…",
        )


def hosted_zone(settings: Settings, account: Account) -> Iterator[Finding]:
    if not settings.domain:
        return
    if not settings.hosted_zone_id:
        yield missing("hosted zone", f"domain {settings.domain} has no hosted_zone_id", "aws route53 list-hosted-zones")
        return
    route53 = account.client("route53")
    try:
        zone = route53.get_hosted_zone(Id=settings.hosted_zone_id)["HostedZone"]["Name"].rstrip(".")
    except route53.exceptions.NoSuchHostedZone:
        yield missing(
            "hosted zone", f"{settings.hosted_zone_id} is not in this account", "aws route53 list-hosted-zones"
        )
        return
    if settings.domain == zone or settings.domain.endswith(f".{zone}"):
        yield ok("hosted zone", f"{zone} holds {settings.domain}")
    else:
        yield missing("hosted zone", f"{zone} does not hold {settings.domain}", "aws route53 list-hosted-zones")


def python_for_layers(_: Settings, __: Account) -> Iterator[Finding]:
    from infra.functions.byte_code import PythonMissing, interpreter
    from infra.functions.layers import PYTHON

    try:
        yield ok("Python for layers", f"{PYTHON} at {interpreter(PYTHON, bring=False)}")
    except PythonMissing:
        yield note("Python for layers", f"no Python {PYTHON} here; uv brings one when layers are built")


CHECKS: tuple[Check, ...] = (
    credentials,
    python_for_layers,
    cdk_bootstrap,
    lambda_concurrency,
    lambda_memory,
    cloudfront,
    search_role,
    hosted_zone,
    mails,
)
