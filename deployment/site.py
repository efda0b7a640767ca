"""After the stacks: all that makes a site of them. Every step can be repeated."""

import time
from dataclasses import dataclass
from typing import Any

from deployment import admin, feed_snapshot
from deployment.account import function_name
from deployment.errors import RolesManagedExternally
from deployment.target import Target
from infra.settings import Settings
from local import feed_weights, functions, website
from local.places import Places
from local.progress import Steps

STEPS = 5
LOOKED_UP_AGAIN = (
    "/",
    "/index.html",
    "/embed.html",
    "/config.json",
    "/sw.js",
    "/manifest.webmanifest",
    "/manifest.ar.webmanifest",
)
"""What a new build changes in place; everything else is named by its content."""


@dataclass(frozen=True)
class Deployed:
    """`admin`: the name that the invited administrator signs in with."""

    url: str
    sign_in_url: str
    admin: str | None


def deploy(target: Target, places: Places, steps: Steps, *, admin_email: str | None = None) -> Deployed:
    """Deploys the stacks and what they lack to be a site.

    Raises RolesManagedExternally, AddressUnproven or what `target` does.
    """
    if admin_email is not None:
        _check_own_pool(target.settings)
    target.check()
    with feed_snapshot.packed(_known_site(target), steps.note):
        _deploy_stacks(target, steps)
    target.start_jobs()
    outputs = target.outputs()
    with steps.step("Playback key"):
        # The schedule would first run a day later; a run that finds a young key changes nothing.
        name = function_name(target.settings.stage, "rotate_signing_keys")
        functions.call(target.account.client("lambda"), name, {})
    with steps.step("Feed: both deployments answer"):
        store = target.account.client("cloudfront-keyvaluestore")
        shares = feed_weights.begin(store, outputs["EdgeSettingsStore"])
        steps.detail(f"a {shares.percent('a')} %, b {shares.percent('b')} %")
    with steps.step("Web app: build, publish, invalidate"):
        website.build(places)
        website.publish(target.account.client("s3"), outputs["WebBucket"], configuration(target, outputs))
        _invalidate(target.account.client("cloudfront"), outputs["DistributionId"])
    with steps.step("Site"):
        target.serve()
    with steps.step("Administrator"):
        invited = _invite(target, outputs, admin_email, steps)
    return Deployed(target.site(outputs), target.sign_in_url(outputs), invited)


def configuration(target: Target, outputs: dict[str, str]) -> dict[str, str]:
    """What the web app must know about the stage: web/src/config.ts."""
    return {
        "stage": target.settings.stage,
        "region": target.settings.region,
        "user_pool_id": outputs.get("UserPoolId", ""),
        "client_id": outputs.get("ClientId", ""),
        "auth": "code",
        "hosted_ui": target.sign_in_url(outputs),
        "creators": target.settings.creators,
    }


def _check_own_pool(settings: Settings) -> None:
    """Raises RolesManagedExternally."""
    if settings.issuer is not None:
        raise RolesManagedExternally(
            f"--admin invites into a user pool of Cognito, and stage {settings.stage} has none: people sign in at "
            f"{settings.issuer} (issuer in infra/stages.py). Make the account there and give it the role admin there, "
            "in the claim cognito:groups of its access tokens; then deploy without --admin"
        )


def _deploy_stacks(target: Target, steps: Steps) -> None:
    """Twice, if the site's own name came with the first time: pool and bucket must know the name, and stand before it
    in the order of the stacks. Later deployments know it from the beginning."""
    known = _known_site(target)
    steps.note("Stacks")
    target.deploy_stacks(known, steps.note)
    now = target.site(target.outputs())
    if now != known and not target.settings.domain:
        steps.note(f"Stacks once more, so that {now} may sign people in and take uploads")
        target.deploy_stacks(now, steps.note)


def _known_site(target: Target) -> str | None:
    """None: it was never deployed."""
    before = target.outputs()
    return target.site(before) if "DistributionId" in before else None


def _invite(target: Target, outputs: dict[str, str], email: str | None, steps: Steps) -> str | None:
    if email is None:
        steps.detail("nobody invited: --admin you@example.com")
        return None
    return admin.invite(target.account.client("cognito-idp"), outputs["UserPoolId"], email)


def _invalidate(cloudfront: Any, distribution: str) -> None:
    cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(LOOKED_UP_AGAIN), "Items": list(LOOKED_UP_AGAIN)},
            "CallerReference": f"web-{time.time_ns()}",
        },
    )
