"""capacity: whether a service of a given size fits into AWS's quotas, what has to be raised, and what it costs."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from cli.cost_model import Changed, Minutes, Months, Seconds, Stage, Stored, Uploads, Users, Viewers, priced, title
from cli.session import AsJson, print_json

if TYPE_CHECKING:
    from infra.capacity.table import Row


def register(root: typer.Typer) -> None:
    root.command()(capacity)


def capacity(
    viewers: Viewers = None,
    daily_users: Users = None,
    minutes: Minutes = None,
    uploads: Uploads = None,
    seconds: Seconds = 30,
    months: Months = None,
    stored_pb: Stored = None,
    changed: Changed = None,
    stage: Stage = "prod",
    as_json: AsJson = False,
) -> None:
    """Every quota of AWS that a service of this size meets: default, need in the busiest hour, headroom, price. Without
    a size: 1,000,000 viewers at once and 1,000 uploads a second.

    \b
      reelstack capacity
      reelstack capacity --daily-users 100000 --minutes 30 --uploads 0.1
      reelstack capacity --viewers 1000000 --uploads 1000 --json
    """
    from infra.capacity import quotas, table
    from infra.costs.model.demand import Given

    given = Given(viewers, daily_users, minutes, uploads, seconds, months, stored_pb)
    if given == Given(clip_seconds=seconds):
        given = Given(viewers=1_000_000, uploads_a_second=1000, clip_seconds=seconds)
    found = priced(stage, given, changed)
    rows = table.rows(found)
    if as_json:
        made = [
            {**asdict(row.quota), "need": row.need.amount, "how": row.need.how, "source": row.quota.source}
            | {"headroom": row.headroom, "dollars": row.dollars}
            for row in rows
        ]
        print_json({"demand": asdict(found.size.demand), "quotas": made, "as_of": quotas.AS_OF})
        return
    typer.echo(title(found))
    for line in _lines(rows):
        typer.echo(line)
    typer.echo(f"Default quotas in us-east-1 as of {quotas.AS_OF}; what an account has: Service Quotas.")


def _lines(rows: "list[Row]") -> Iterator[str]:
    from infra.capacity.table import number, said

    width = max(len(f"{row.quota.service}: {row.quota.name}") for row in rows)
    for row in rows:
        quota, believed = row.quota, "" if row.quota.seen else "  (limit not read, believed)"
        yield (
            f"{said(row):>14}  {f'{quota.service}: {quota.name}':{width}}  {number(row.need.amount)} of "
            f"{number(quota.limit)} {quota.unit}, raised {quota.raised}: {row.need.how}{believed}"
        )
