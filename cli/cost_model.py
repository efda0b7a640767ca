"""cost model: what a service of a given size costs in a month, a line for each price, and what matters most."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from infra.costs.model.demand import Given
    from infra.costs.model.estimate import Change, Estimate

Stage = Annotated[str, typer.Option("--stage", help="A stage of infra/stages.py: its settings are what is priced.")]
Viewers = Annotated[float | None, typer.Option(help="At once, as the mean of a month.")]
Users = Annotated[float | None, typer.Option("--daily-users", help="Who come on one day.")]
Minutes = Annotated[float | None, typer.Option(help="Watched by each of them, a day.")]
Uploads = Annotated[float | None, typer.Option("--uploads", help="A second, as the mean of a month.")]
Seconds = Annotated[int, typer.Option(help="Length of a clip.")]
Months = Annotated[float | None, typer.Option(help="How long clips have come at this rate and were kept.")]
Stored = Annotated[float | None, typer.Option("--stored-pb", help="What they have come to, instead of --months.")]
Changed = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="An assumption: see infra/costs/model/habits.py."),
]
Svg = Annotated[Path | None, typer.Option("--svg", help="Draw the lines into this file.")]


def model(
    viewers: Viewers = None,
    daily_users: Users = None,
    minutes: Minutes = None,
    uploads: Uploads = None,
    seconds: Seconds = 30,
    months: Months = None,
    stored_pb: Stored = None,
    changed: Changed = None,
    svg: Svg = None,
    stage: Stage = "prod",
    as_json: AsJson = False,
) -> None:
    """What a service of this size costs in a month beside an idle stage: every price with its quantity, unit, source
    and share, bars, and the inputs that matter most. Refuses inputs that contradict each other.

    \b
      reelstack cost model --viewers 1000000 --uploads 1000
      reelstack cost model --daily-users 100000000 --minutes 60 --stored-pb 100 --uploads 100
      reelstack cost model --viewers 1000000 --set requests_a_second=0.15 --set originals=delete --svg model.svg
    """
    from infra.costs import prices
    from infra.costs.model import estimate, picture
    from infra.costs.model.demand import Given

    found = priced(stage, Given(viewers, daily_users, minutes, uploads, seconds, months, stored_pb), changed)
    changes = estimate.sensitivity(found)
    if svg:
        try:
            svg.write_text(picture.svg(found, title(found)))
        except OSError as error:
            raise typer.BadParameter(f"{svg}: {error.strerror}", param_hint="--svg") from error
    if as_json:
        print_json(document(found, changes))
        return
    for line in text(found, changes):
        typer.echo(line)
    typer.echo(f"Prices: {prices.AS_OF}.")


def priced(stage: str, given: "Given", changed: list[str] | None) -> "Estimate":
    """Raises BadParameter for inputs that contradict each other, and assumptions that are none."""
    from cli.stage_settings import settings_of
    from infra.costs.model.demand import Contradiction
    from infra.costs.model.estimate import estimate
    from infra.costs.model.habits import Habits, with_changes

    try:
        return estimate(settings_of(stage), given, with_changes(Habits(), changed or []))
    except Contradiction as error:
        raise typer.BadParameter(str(error)) from error
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from error


def title(found: "Estimate") -> str:
    from infra.costs.model.picture import money

    demand = found.size.demand
    return (
        f"{demand.viewers:,.0f} viewers at once ({demand.daily_users:,.0f} daily users, {demand.minutes_a_day:.3g} "
        f"minutes), {demand.uploads_a_second:,.4g} uploads a second: {money(found.dollars)} a month"
    )


def text(found: "Estimate", changes: "list[Change]") -> Iterator[str]:
    from infra.costs.model.picture import bars, money
    from infra.costs.report import bytes_of

    size = found.size
    yield title(found)
    stored = size.stored_clips * size.kept_gb * 1e9
    yield (
        f"{size.views:,.3g} views and {size.uploads:,.3g} uploads a month; {size.stored_clips:,.3g} clips of "
        f"{bytes_of(size.kept_gb * 1e9)} kept, {bytes_of(stored)} after {size.demand.months:.3g} months"
    )
    yield ""
    width = max(len(line.what) for line in found.lines)
    for line in found.lines:
        yield (
            f"{line.dollars:16,.2f} $ {found.share(line):6.1%}  {line.what:{width}}  "
            f"{line.quantity:,.6g} {line.unit} × {line.unit_dollars:.6g} $  [{line.service}]"
        )
    yield f"{found.dollars:16,.2f} $ {1:6.1%}  together"
    yield ""
    yield ", ".join(f"{group} {dollars / found.dollars:.0%}" for group, dollars in found.of_groups().items())
    yield ""
    yield bars(found)
    yield ""
    yield "If one input were another:"
    for change in changes[:20]:
        yield f"  {change.what:28} {money(change.dollars):>10}  {change.dollars / found.dollars - 1:+7.1%}"


def document(found: "Estimate", changes: "list[Change]") -> dict[str, Any]:
    from dataclasses import asdict

    from infra.costs import prices

    lines = [
        {**asdict(line), "dollars": line.dollars, "share": found.share(line), "source": line.source}
        for line in found.lines
    ]
    size = found.size
    return {
        "demand": asdict(size.demand),
        "assumed": asdict(size.habits),
        "month": {"views": size.views, "uploads": size.uploads, "stored_clips": size.stored_clips, "gb": size.kept_gb},
        "dollars": found.dollars,
        "groups": found.of_groups(),
        "lines": lines,
        "sensitivity": [asdict(change) for change in changes],
        "as_of": prices.AS_OF,
    }
