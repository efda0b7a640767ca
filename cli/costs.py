"""cost: what a stage costs before it is deployed, while idle, by clips and by events. Needs no account."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from infra.costs.clips import Clip
    from infra.costs.idle import Line
    from infra.settings import Settings

What = Annotated[
    Literal["idle", "clips", "minutes", "events", "answers"],
    typer.Argument(metavar="idle|clips|minutes|events|answers"),
]
Number = Annotated[
    int | None,
    typer.Argument(min=1, help="Of clips or answers (1000), minutes of video (1), or events a month (1000000)."),
]
Stage = Annotated[str, typer.Option("--stage", help="A stage of infra/stages.py.")]
Profile = Annotated[Literal["core", "full"] | None, typer.Option(help="Of idle: instead of the stage's own.")]
Seconds = Annotated[int, typer.Option(min=1, max=600, help="Length of a clip. Minutes come in clips of 60 s.")]
Side = Annotated[int, typer.Option(min=240, max=2160, help="Short side of what is uploaded, e.g. 1080 or 2160.")]
Views = Annotated[int, typer.Option(min=0, help="How often each clip is watched, 70 % of it on average.")]
Ladder = Annotated[Literal["full", "popular"] | None, typer.Option(help="Of clips: instead of the stage's own policy.")]
Popular = Annotated[float, typer.Option(min=0, max=1, help="Share of clips that are watched so much that all is made.")]
Months = Annotated[int, typer.Option(min=0, help="How long each clip is kept.")]


def register(app: typer.Typer) -> None:
    app.command()(cost)


def cost(
    what: What,
    number: Number = None,
    stage: Stage = "dev",
    profile: Profile = None,
    seconds: Seconds = 30,
    side: Side = 1080,
    views: Views = 100,
    months: Months = 12,
    ladder: Ladder = None,
    popular: Popular = 0.05,
    as_json: AsJson = False,
) -> None:
    """What a stage costs before it is deployed, line by line: a month in which nobody uses it, or making, keeping and
    delivering clips, a month's events of viewers, or answers of the feed. List prices of us-east-1.

    \b
      reelstack cost idle --stage prod
      reelstack cost clips 1000 --stage prod --seconds 60 --views 500
      reelstack cost clips 1000 --stage prod --ladder popular --popular 0.05
      reelstack cost minutes 100 --side 2160
      reelstack cost events 10000000 --stage prod
      reelstack cost answers 1000 --stage prod
    """
    settings = _settings(stage)
    if what == "idle":
        name = f"{stage}-{profile or settings.profile}"
        _print(_idle(name), f"{name}, a month", as_json)
        return
    if what == "events":
        count = number or 1_000_000
        _print(_events(settings, count), f"{count} events in a month", as_json)
        return
    if what == "answers":
        count = number or 1000
        _print(_answers(settings, count), f"{count} answers of the feed", as_json)
        return
    from infra.costs.clips import Clip

    count = number or (1000 if what == "clips" else 1)
    length = 60 if what == "minutes" else seconds
    clip = Clip(seconds=length, short_side=side, views=views, months=months, popular=popular)
    settings = settings.model_copy(update={"ladder_policy": ladder or settings.ladder_policy})
    _print(_clips(settings, count, clip), f"{count} {what} of {side}p", as_json)


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


def _events(settings: "Settings", number: int) -> "list[Line]":
    from infra.costs import events

    return events.lines(settings, number)


def _answers(settings: "Settings", number: int) -> "list[Line]":
    from infra.costs import answers

    return answers.lines(settings, number)


def _settings(stage: str) -> "Settings":
    from infra.stages import STAGES

    if stage not in STAGES or STAGES[stage].is_local:
        on_aws = ", ".join(name for name, settings in STAGES.items() if not settings.is_local)
        raise typer.BadParameter(f"no stage {stage!r} on AWS; there are {on_aws}", param_hint="--stage")
    return STAGES[stage]


def _print(found: "Sequence[Line]", last: str, as_json: bool) -> None:
    from infra.costs import idle, prices

    if as_json:
        document = {"what": last, "dollars": idle.total(found), "lines": [asdict(line) for line in found]}
        print_json({**document, "as_of": prices.AS_OF})
        return
    from infra.costs.report import as_text

    typer.echo(as_text(found, last))
    typer.echo(f"Prices: {prices.AS_OF}.")
