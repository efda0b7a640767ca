"""experiments: what runs, what it did, and the end of an arm; for those who run a stage, with its AWS credentials."""

import datetime
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from reelstack.experiments.configuration import Writer
    from reelstack.experiments.interleaving import Preference
    from reelstack.experiments.reports import LayerReport, Measured

HELP = """Experiments of the feed: layers and arms, changed without a deployment.

\b
  reelstack experiments show
  reelstack experiments put experiments.json
  reelstack experiments report
  reelstack experiments stop ranker b
"""
app = typer.Typer(help=HELP, no_args_is_help=True)
Stage = Annotated[str | None, typer.Option(help="A stage of infra/stages.py; without it, the laptop's cloud.")]
MOST_DAYS = 60


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="experiments")


@app.command()
def show(stage: Stage = None, as_json: AsJson = False) -> None:
    """What is in force: each layer, its arms, their shares and parameters.

    \b
      reelstack experiments show --json > experiments.json
    """
    with _refusals():
        found, version = _writer(_place(stage)).newest()
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    typer.echo(f"version {version}" if found.layers else f"version {version}: no experiment")
    for name, layer in found.layers.items():
        typer.echo(f"{name}: {layer.salt}")
        for arm in layer.arms:
            marks = f"{'  STOPPED' if arm.stopped else ''}{'  control' if arm is layer.control else ''}"
            typer.echo(
                f"  {arm.name:16} {arm.share:6.1%}  {json.dumps(arm.parameters) if arm.parameters else ''}{marks}"
            )


@app.command()
def put(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="As `show --json` prints it.")],
    move: Annotated[bool, typer.Option("--move", help="Although viewers pass from one arm to another.")] = False,
    stage: Stage = None,
) -> None:
    """Put a configuration in force: every process of the feed has it within a minute and a half.

    \b
      reelstack experiments put experiments.json
    """
    from reelstack.experiments.layers import parse

    with _refusals():
        wanted = parse(file.read_bytes())
        version = _writer(_place(stage)).put(wanted, may_move=move)
    typer.echo(f"version {version} is in force")


@app.command()
def stop(
    layer: Annotated[str, typer.Argument(help="retrieval, ranker, weights or rerank.")],
    arm: Annotated[str, typer.Argument()],
    stage: Stage = None,
) -> None:
    """Stop an arm: its viewers get the feed without changes. The others stay where they are.

    \b
      reelstack experiments stop ranker b
    """
    version = _stop(_writer(_place(stage)), layer, arm)
    typer.echo(f"{layer}/{arm} is stopped by version {version}")


@app.command()
def report(
    layer: Annotated[str | None, typer.Argument(help="One layer; without it, all.")] = None,
    days: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, help="Days up to yesterday (UTC), of the experiment.")
    ] = 14,
    stop_harmful: Annotated[bool, typer.Option("--stop-harmful", help="Stop arms that do harm.")] = False,
    stage: Stage = None,
    as_json: AsJson = False,
) -> None:
    """Arms against their control. May be looked at every day: the intervals hold for all looks together.

    \b
      reelstack experiments report
      reelstack experiments report ranker --days 7 --stop-harmful
    """
    from reelstack.experiments import reports, viewer_days

    place = _place(stage)
    writer = _writer(place)
    with _refusals():
        running, _ = writer.newest()
    if layer is not None and layer not in running.layers:
        raise typer.BadParameter(f"no experiment runs in {layer!r}", param_hint="LAYER")
    rows = list(viewer_days.read(place.lines(viewer_days.FOLDER, days + reports.DAYS_BEFORE)))
    names = [name for name in running.layers if layer in (None, name)]
    found = [reports.report(name, running.layers[name], rows) for name in names]
    if not found and not as_json:
        typer.echo("no experiment runs")
    if as_json:
        print_json([asdict(one) for one in found])
    for one in found:
        if not as_json:
            typer.echo("\n".join(_lines(one)))
        if stop_harmful:
            for arm in reports.harmful(one):
                version = _stop(writer, one.layer, arm)
                typer.echo(f"{one.layer}/{arm} is stopped by version {version}", err=as_json)


def _stop(writer: "Writer", layer: str, arm: str) -> int:
    from reelstack.experiments.layers import LAYER_NAMES

    name = next((known for known in LAYER_NAMES if known == layer), None)
    if name is None:
        raise typer.BadParameter(f"no layer {layer!r}; there are {', '.join(LAYER_NAMES)}", param_hint="LAYER")
    with _refusals():
        try:
            return writer.stop(name, arm)
        except KeyError as error:
            running, _ = writer.newest()
            arms = [one.name for one in running.layers[name].arms] if name in running.layers else []
            there = f"its arms are {', '.join(arms)}" if arms else "no experiment runs there"
            raise typer.BadParameter(f"no arm {arm!r} in {layer}: {there}", param_hint="ARM") from error


@contextmanager
def _refusals() -> Iterator[None]:
    """What a person can mend is told as an error of the command line."""
    from pydantic import ValidationError

    from reelstack.experiments.configuration import MovesViewers, NotDeployed

    try:
        yield
    except MovesViewers as error:
        raise typer.BadParameter(f"{error}. Give the layer a new salt, or say --move") from error
    except NotDeployed as error:
        raise typer.BadParameter(str(error)) from error
    except KeyError as error:
        raise typer.BadParameter(f"there is no {error}") from error
    except ValidationError as error:
        # A list of which one member is wrong is also told to be short by one.
        found = error.errors()
        at_fault = [one for one in found if not any(_is_above(one, other) for other in found)]
        places = [(".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, ")) for one in at_fault]
        told = "; ".join(f"{place}: {why}" if place else why for place, why in places)
        raise typer.BadParameter(told) from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _is_above(one: "ErrorDetails", other: "ErrorDetails") -> bool:
    return len(one["loc"]) < len(other["loc"]) and other["loc"][: len(one["loc"])] == one["loc"]


def _lines(found: "LayerReport") -> Iterator[str]:
    yield f"{found.layer}: {found.salt}"
    if not found.has_sound_ratio:
        yield f"  THE SAMPLE RATIO IS WRONG (p < {found.sample_ratio:.1g}): believe no comparison below"
    if not any(arm.units for arm in found.arms):
        yield "  NO VIEWERS YET: the daily step viewer_days counts them, on a laptop `reelstack profiles run`"
    if found.crossed:
        yield f"  {found.crossed} viewers were in two arms, and are left out"
    for arm in found.arms:
        harms = f"  HARMFUL: {', '.join(arm.harms)}" if arm.harms else ""
        yield f"  {arm.name}: {arm.units:,} viewers{'  stopped' if arm.stopped else ''}{harms}"
        for name, measured in arm.metrics.items() if arm.units else ():
            yield f"    {name:17} {_measured(measured)}"
        if arm.interleaved is not None:
            yield f"    two rankers, by finishes:   {_preferred(arm.interleaved.finishes, 1, '')}"
            yield f"    two rankers, by watch time: {_preferred(arm.interleaved.watched_ms, 1000, ' s')}"


def _preferred(found: "Preference", unit: int, name: str) -> str:
    told = ", ".join(f"{team} {found.credits[team] // unit:,}{name}" for team in found.credits)
    if (compared := found.compared) is None:
        return f"{told} of {found.viewers:,} viewers, which are too few"
    interval = f"b less a {compared.difference:+.4f} [{compared.low:+.4f}, {compared.high:+.4f}]"
    return f"{told}; {interval}: {f'{found.winner} is preferred' if found.winner else 'not decided'}"


def _measured(found: "Measured") -> str:
    compared = found.compared
    if compared is None:
        return f"{found.mean:12.4f}"
    mark = "*" if compared.is_significant else " "
    return f"{found.mean:12.4f}  {compared.difference:+.4f} [{compared.low:+.4f}, {compared.high:+.4f}]{mark}"


@dataclass(frozen=True)
class _Place:
    """A stage: its clients, and its bucket `data`."""

    clients: Any
    application: str
    bucket: str

    def lines(self, folder: str, count: int) -> Iterator[bytes]:
        """Of the last `count` days up to yesterday, those that are there."""
        if not self.bucket:
            raise typer.BadParameter("the stage has no bucket `data`: reports need profile full")
        s3, today = self.clients("s3"), datetime.datetime.now(datetime.UTC).date()
        for back in range(count, 0, -1):
            prefix = f"{folder}/day={today - datetime.timedelta(days=back)}/"
            for key in _keys(s3, self.bucket, prefix):
                yield from s3.get_object(Bucket=self.bucket, Key=key)["Body"].iter_lines()


def _keys(s3: Any, bucket: str, prefix: str) -> Iterable[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"].endswith(".jsonl")]


def _place(stage: str | None) -> _Place:
    if stage is None:
        from local import cloud, outputs, places
        from local.deploy import STAGE
        from local.services import Services

        here = places.places()
        services = Services.of(here)
        bucket = outputs.read(here).buckets.get("data", "")
        return _Place(lambda service: cloud.client(services, service), f"reelstack-{STAGE}", bucket)
    from deployment.account import Account, stack_outputs
    from infra.stages import STAGES

    if stage not in STAGES:
        raise typer.BadParameter(f"{stage!r} is none of {', '.join(STAGES)}", param_hint="--stage")
    account = Account(STAGES[stage].region)
    return _Place(account.client, f"reelstack-{stage}", stack_outputs(account, stage).get("DataBucket", ""))


def _writer(place: _Place) -> "Writer":
    from reelstack.experiments.configuration import Writer

    return Writer(place.clients("appconfig"), place.application)
