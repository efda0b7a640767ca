"""cost: what a stage costs before it is deployed (idle, by clips, events, answers of the feed), a model of a whole
service, and a report of what a running one stores. All but the report need no account."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli import cost_model, cost_report
from cli.session import AsJson, print_json
from cli.stage_settings import settings_of

if TYPE_CHECKING:
    from infra.costs.clips import Clip
    from infra.costs.idle import Line
    from infra.settings import Settings

HELP = """What a stage costs, in list prices of us-east-1: before it is deployed, and of what it stores.

\b
  reelstack cost idle
  reelstack cost clips 1000
  reelstack cost events 10000000
  reelstack cost answers 1000
  reelstack cost model
  reelstack cost report
"""
app = typer.Typer(help=HELP, no_args_is_help=True)
Stage = Annotated[str, typer.Option("--stage", help="A stage of infra/stages.py.")]
Profile = Annotated[Literal["core", "full"] | None, typer.Option(help="Instead of the stage's own.")]
Seconds = Annotated[int, typer.Option(min=1, max=600, help="Length of a clip.")]
Side = Annotated[int, typer.Option(min=240, max=2160, help="Short side of what is uploaded, e.g. 1080 or 2160.")]
MOST = 10**12
Views = Annotated[int, typer.Option(min=0, max=MOST, help="How often each clip is watched, 70 % of it on average.")]
Ladder = Annotated[Literal["full", "popular"] | None, typer.Option(help="Of clips: instead of the stage's own policy.")]
Popular = Annotated[float, typer.Option(min=0, max=1, help="Share of clips that are watched so much that all is made.")]
Months = Annotated[int, typer.Option(min=0, max=1200, help="How long each clip is kept.")]
Number = Annotated[int, typer.Argument(min=1, max=MOST)]


def register(root: typer.Typer) -> None:
    app.command()(cost_model.model)
    app.command()(cost_report.report)
    root.add_typer(app, name="cost")


@app.command()
def idle(stage: Stage = "dev", profile: Profile = None, as_json: AsJson = False) -> None:
    """A month in which nobody uses the stage, line by line from its templates.

    \b
      reelstack cost idle --stage prod
      reelstack cost idle --profile full
    """
    name = f"{stage}-{profile or settings_of(stage).profile}"
    _print(_idle(name), f"{name}, a month", as_json)


@app.command()
def clips(
    number: Number = 1000,
    stage: Stage = "dev",
    seconds: Seconds = 30,
    side: Side = 1080,
    views: Views = 100,
    months: Months = 12,
    ladder: Ladder = None,
    popular: Popular = 0.05,
    as_json: AsJson = False,
) -> None:
    """Making, keeping and delivering NUMBER clips.

    \b
      reelstack cost clips 1000 --stage prod --seconds 60 --views 500
      reelstack cost clips 1000 --stage prod --ladder popular --popular 0.05
    """
    from infra.costs.clips import Clip

    settings = settings_of(stage)
    settings = settings.model_copy(update={"ladder_policy": ladder or settings.ladder_policy})
    clip = Clip(seconds=seconds, short_side=side, views=views, months=months, popular=popular)
    _print(_clips(settings, number, clip), f"{number} clips of {side}p", as_json)


@app.command()
def minutes(
    number: Number = 1,
    stage: Stage = "dev",
    side: Side = 1080,
    views: Views = 100,
    months: Months = 12,
    as_json: AsJson = False,
) -> None:
    """The same of NUMBER minutes of video, in clips of 60 s.

    \b
      reelstack cost minutes 100 --side 2160
    """
    from infra.costs.clips import Clip

    found = _clips(settings_of(stage), number, Clip(seconds=60, short_side=side, views=views, months=months))
    _print(found, f"{number} minutes of {side}p", as_json)


@app.command()
def events(number: Number = 1_000_000, stage: Stage = "dev", as_json: AsJson = False) -> None:
    """NUMBER events of viewers in a month: stream, archive, jobs.

    \b
      reelstack cost events 10000000 --stage prod
    """
    from infra.costs import events

    _print(events.lines(settings_of(stage), number), f"{number} events in a month", as_json)


@app.command()
def answers(number: Number = 1000, stage: Stage = "dev", as_json: AsJson = False) -> None:
    """NUMBER answers of the feed.

    \b
      reelstack cost answers 1000 --stage prod
    """
    from infra.costs import answers

    _print(answers.lines(settings_of(stage), number), f"{number} answers of the feed", as_json)


def _idle(name: str) -> "list[Line]":
    from local import programs
    from local.progress import Steps

    # CDK's library runs on the Node of this checkout.
    os.environ["JSII_NODE"] = str(programs.node().path)
    from infra.checks.assemblies import assembly
    from infra.costs.report import idle_lines

    with Steps(1).step(f"Templates of {name}: synthesize"):
        return idle_lines(assembly(name))


def _clips(settings: "Settings", number: int, clip: "Clip") -> "list[Line]":
    from infra.costs import clips

    return clips.lines(settings, number, clip)


def _print(found: "Sequence[Line]", last: str, as_json: bool) -> None:
    from infra.costs import idle, prices

    if as_json:
        document = {"what": last, "dollars": idle.total(found), "lines": [asdict(line) for line in found]}
        print_json({**document, "as_of": prices.AS_OF})
        return
    from infra.costs.report import as_text

    typer.echo(as_text(found, last))
    typer.echo(f"Prices: {prices.AS_OF}.")
