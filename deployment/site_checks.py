"""What a deployed stage lacks to be a site that people can use. Each check only reads."""

import json
from collections.abc import Iterator

from deployment.account import Account, stack_outputs
from deployment.findings import Check, Finding, missing, note, ok
from infra.settings import Settings


def site(settings: Settings, account: Account) -> Iterator[Finding]:
    """The stacks, the page, the playback key and an administrator: all that `reelstack deploy` leaves behind."""
    deploy = f"reelstack deploy {settings.stage}"
    outputs = stack_outputs(account, settings.stage)
    if "DistributionId" not in outputs or "WebBucket" not in outputs:
        yield missing("stacks", "not deployed", deploy)
        return
    yield ok("stacks", outputs["EdgeUrl"])
    pages = account.client("s3").list_objects_v2(Bucket=outputs["WebBucket"], Prefix="config.json")["KeyCount"]
    yield ok("web app", "published") if pages else missing("web app", "not published", deploy)
    secret = account.client("secretsmanager").get_secret_value(SecretId=outputs["PlaybackSecret"])["SecretString"]
    yield ok("playback key", "made") if _has_key(secret) else missing("playback key", "nothing can be watched", deploy)
    if pool := outputs.get("UserPoolId"):
        admins = account.client("cognito-idp").list_users_in_group(UserPoolId=pool, GroupName="admin", Limit=1)["Users"]
        wanted = f"{deploy} --admin you@example.com"
        yield ok("administrator", admins[0]["Username"]) if admins else missing("administrator", "nobody is", wanted)
    else:
        yield note("sign-in", f"by {settings.issuer}: the web app of this repository signs in at Cognito only")


def alarm_subscription(settings: Settings, account: Account) -> Iterator[Finding]:
    if not settings.alarm_email:
        yield note("alarms", "nobody hears them", "set alarm_email in infra/stages.py")
        return
    sns = account.client("sns")
    topic = f"arn:aws:sns:{settings.region}:{settings.account}:reelstack-{settings.stage}-alarms"
    try:
        pages = list(sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic))
    except sns.exceptions.NotFoundException:
        yield missing("alarms", "the topic is not deployed", f"reelstack deploy {settings.stage}")
        return
    found = [one for page in pages for one in page["Subscriptions"] if one["Endpoint"] == settings.alarm_email]
    if found and found[0]["SubscriptionArn"].startswith("arn:"):
        yield ok("alarms", f"reach {settings.alarm_email}")
    else:
        yield missing(
            "alarms",
            f"{settings.alarm_email} has not confirmed",
            f"follow the link in AWS's mail; once more: aws sns subscribe --topic-arn {topic} --protocol email "
            f"--notification-endpoint {settings.alarm_email}",
        )


def _has_key(secret: str) -> bool:
    """CloudFormation makes the secret with a random text in it."""
    try:
        return bool(json.loads(secret).get("current"))
    except (ValueError, AttributeError):
        return False


CHECKS: tuple[Check, ...] = (site, alarm_subscription)
