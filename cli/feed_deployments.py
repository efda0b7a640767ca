"""feed weights, feed drain, feed restore: which of the feed's two deployments answers whom."""

import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.output import print_lines
from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.feed_weights import Weights

Name = Annotated[Literal["a", "b"], typer.Argument(help="The deployment.")]
Stage = Annotated[
    str, typer.Option(metavar="STAGE", help="A stage on AWS, by the shell's credentials; else this laptop's cloud.")
]
Share = Annotated[int | None, typer.Option(min=0, max=10_000, help="0: it is asked only while the other one fails.")]


def register(group: typer.Typer) -> None:
    for command in (weights, drain, restore):
        group.command()(command)


def weights(a: Share = None, b: Share = None, stage: Stage = "", as_json: AsJson = False) -> None:
    """Say, or set, which share of readers each deployment of the feed answers.

    \b
      reelstack feed weights
      reelstack feed weights --a 99 --b 1 --stage prod
    """
    from local import feed_weights

    store, arn = _store(stage)
    if (a is None) != (b is None):
        raise typer.BadParameter("--a and --b go together")
    if a is None or b is None:
        found = feed_weights.read(store, arn)
    else:
        if not a + b:
            raise typer.BadParameter("one of them must answer")
        wanted = feed_weights.Weights(a=a, b=b)
        found = feed_weights.change(store, arn, lambda _: wanted)
    _say(found, stage, as_json=as_json)


def drain(name: Name, stage: Stage = "", as_json: AsJson = False) -> None:
    """Let the other deployment answer everybody; this one is asked only while the other one fails.

    \b
      reelstack feed drain b --stage prod
    """
    from local import feed_weights

    _change(stage, lambda present: feed_weights.drained(present, name), as_json=as_json)


def restore(stage: Stage = "", as_json: AsJson = False) -> None:
    """Go back to the weights from before a deployment was drained.

    \b
      reelstack feed restore --stage prod
    """
    from local import feed_weights

    _change(stage, feed_weights.restored, as_json=as_json)


def _change(stage: str, change: "Callable[[Weights | None], Weights]", *, as_json: bool) -> None:
    from local import feed_weights

    store, arn = _store(stage)
    _say(feed_weights.change(store, arn, change), stage, as_json=as_json)


def _store(stage: str) -> tuple[Any, str]:
    """A client of the KeyValueStore and its ARN."""
    if stage:
        from deployment.account import Account, stack_outputs
        from infra.stages import STAGES

        if stage not in STAGES or STAGES[stage].is_local:
            raise typer.BadParameter(f"no stage {stage!r} on AWS in infra/stages.py")
        account = Account(STAGES[stage].region)
        outputs = stack_outputs(account, stage)
        if "EdgeSettingsStore" not in outputs:
            raise typer.BadParameter(f"stage {stage} is not deployed, or of a version without weights")
        return account.client("cloudfront-keyvaluestore"), outputs["EdgeSettingsStore"]
    if "REELSTACK_URL" in os.environ:
        raise typer.BadParameter("REELSTACK_URL is set: name the stage by --stage")
    from local import cloud, places
    from local import outputs as local_outputs
    from local.services import Services

    here = places.places()
    named = local_outputs.read(here)
    return cloud.client(Services.of(here), "cloudfront-keyvaluestore"), named.edge_settings_store


def _say(found: "Weights | None", stage: str, *, as_json: bool) -> None:
    served = {} if stage else _served()
    if as_json:
        print_json({"weights": found.model_dump() if found else None, "served": served})
        return
    if found is None:
        print_lines([], "no weights: the API of all other routes answers the feed")
        return
    print_lines([_line(name, found, served) for name in ("a", "b")], "")


def _line(name: str, found: "Weights", served: dict[str, dict[str, int]]) -> str:
    share = f"feed_{name}  {found.percent(name):6.2f} %"
    if not served:
        return share
    answered, failed = (served[which].get(f"feed_{name}", 0) for which in ("answered", "failed"))
    return f"{share}  {answered:>8,} answered  {failed:>6,} failed since the edge was started"


def _served() -> dict[str, dict[str, int]]:
    """What the laptop's edge has counted; empty if it does not run. On AWS the dashboard has it."""
    import httpx

    from local import outputs, places

    try:
        answer = httpx.get(f"{outputs.read(places.places()).edge_url}/_local/health", timeout=3)
        found: dict[str, dict[str, int]] = answer.json()["origins"]
    except (httpx.HTTPError, ValueError, KeyError):
        return {}
    return found
