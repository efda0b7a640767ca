"""profiles: the daily jobs, by hand: on the laptop cloud, or for a day again on AWS."""

import datetime
import os
from typing import Annotated, Any

import typer

from cli.session import AsJson, print_json

HELP = """The daily jobs: profiles, plays by day, lists, training rows.

\b
  reelstack profiles run
"""
app = typer.Typer(help=HELP, no_args_is_help=True)
Day = Annotated[
    datetime.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="By UTC; today, if it is left out."),
]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="profiles")


@app.command()
def run(
    day: Day = None,
    through: Annotated[
        datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A later day: each day up to it, in order.")
    ] = None,
    train: Annotated[bool, typer.Option(help="And train the ranker, which is released if its gates hold.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the steps of a day over the laptop cloud's events, in Spark's local mode, and load what they find.

    \b
      python3 local/bootstrap.py spark; python3 local/bootstrap.py ranker    (once; ranker for --train)
      reelstack profiles run
      reelstack profiles run --day 2026-11-20 --through 2026-11-22
    """
    from local import places, profiles
    from local.progress import Steps

    if "REELSTACK_URL" in os.environ or "REELSTACK_ENDPOINT" in os.environ:
        raise typer.BadParameter("on AWS the state machine `profiles` runs them: see docs/operations.md")
    first = (day or datetime.datetime.now(datetime.UTC)).date()
    last = through.date() if through else first
    if last < first:
        raise typer.BadParameter("--through is before --day")
    days = [(first + datetime.timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    steps = Steps(1 + len(days) * (3 if train else 2))
    found = profiles.run(places.places(), days, steps, train=train)
    if as_json:
        print_json({"days": days, **found})
    else:
        typer.echo(f"{days[-1]}: {found['archived']:,} plays in the archive, {found['counted']:,} as they were counted")
        typer.echo(f"  shown by: reelstack analytics --until {days[-1]}")
        for arm in found["stopped"]:
            typer.echo(f"experiments: {arm} did harm and is stopped")
        for line in ranker_lines(found.get("ranker")):
            typer.echo(line)


def ranker_lines(said: dict[str, Any] | None) -> list[str]:
    """What jobs.ranker.daily answered; none where nothing was trained."""
    if said is None:
        return []
    if said["released"]:
        return [f"ranker: {said['version']} is in service"]
    kept = f"{said['version']} was trained and is not released" if said["version"] else "nothing was trained"
    return [f"ranker: {kept}; the version in service stays", *(f"  {reason}" for reason in said["refused"])]


@app.command()
def environments(stage: Annotated[str, typer.Argument(help="A stage of infra/stages.py with profile full.")]) -> None:
    """Make what the daily jobs run in on AWS, and put it into the stage's bucket: needed before their first night.

    \b
      AWS_PROFILE=clips reelstack profiles environments prod
    """
    from deployment import job_environments
    from deployment.account import Account
    from infra.stages import STAGES
    from local.progress import Steps

    if stage not in STAGES:
        raise typer.BadParameter(f"{stage!r} is none of {', '.join(STAGES)}")
    made = job_environments.put(Account(STAGES[stage].region), stage, Steps(len(job_environments.JOBS)))
    for key in made:
        typer.echo(key)
