"""simulate: made people before the feed, in process to compare policies, or over HTTP before the laptop cloud."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.session import AsJson, is_elsewhere, print_json

if TYPE_CHECKING:
    from cli.simulation.people import Settings
    from cli.simulation.runs import Run
    from reelstack.feed.rank_model import RankModel

COLUMNS = ("finish_rate", "next_day_return", "hides_per_1000", "fast_skip_rate", "page_diversity", "creators_with_100")


def register(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    in_process: Annotated[bool, typer.Option("--in-process", help="Without a cloud: compare policies.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same people, clips and chance.")] = 0,
    days: Annotated[int, typer.Option(min=1, max=60)] = 2,
    viewers: Annotated[int, typer.Option(min=1, max=5000, help="At most 200 before a cloud.")] = 20,
    clips: Annotated[int, typer.Option(min=1, max=20_000, help="There at the start; at most 100 before a cloud.")] = 12,
    policy: Annotated[
        list[str] | None, typer.Option(help="One of those to compare; may be said several times.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A bucket `data` with rank/current.json.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write what was shown, as a CSV in the schema of KuaiRand.")
    ] = None,
    beside: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file of KuaiRand, KuaiRec or MovieLens.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let made people watch: tastes that drift, boredom, spam, newcomers, and who comes back tomorrow.

    Without --in-process they sign in to the laptop cloud, and leave demo data behind.

    \b
      reelstack simulate --viewers 20 --clips 12
      reelstack simulate --in-process --viewers 300 --clips 400 --days 4
      reelstack simulate --in-process --policy ours --rows shown.csv --json
      reelstack simulate --in-process --policy random --beside log_random_4_22_to_5_08_pure.csv
    """
    from cli.simulation.people import Settings

    settings = Settings(seed, days, viewers=viewers, clips=clips, clips_a_day=max(min(clips // 20, 3), 1))
    if not in_process:
        if policy or model or rows or beside:
            raise typer.BadParameter("--policy, --model, --rows and --beside go with --in-process")
        _before_the_cloud(settings, as_json=as_json)
        return
    _compare(settings, policy, model, (rows, beside), as_json=as_json)


def _before_the_cloud(settings: "Settings", *, as_json: bool) -> None:
    from dataclasses import replace

    from cli.simulation import remote

    if is_elsewhere():
        raise typer.BadParameter("people are made on the laptop cloud only: unset REELSTACK_URL, or say --in-process")
    if settings.viewers > remote.MOST_PEOPLE or settings.clips > remote.MOST_CLIPS:
        raise typer.BadParameter(f"before a cloud at most {remote.MOST_PEOPLE} people and {remote.MOST_CLIPS} clips")
    told = remote.drive(replace(settings, warm_days=0, clips_a_day=0), _say)
    print_json(asdict(told)) if as_json else typer.echo("  ".join(f"{key} {of}" for key, of in asdict(told).items()))


def _compare(
    settings: "Settings",
    policies: list[str] | None,
    model: Path | None,
    files: tuple[Path | None, Path | None],
    *,
    as_json: bool,
) -> None:
    from cli.simulation import datasets, measures, runs

    known = (*runs.POLICIES, runs.WITHOUT)
    chosen = policies or list(runs.POLICIES)
    if unknown := [name for name in chosen if name not in known]:
        raise typer.BadParameter(f"no policy {unknown[0]!r}; there are {', '.join(known)}", param_hint="--policy")
    # What is refused is refused before people watch for an hour.
    written, beside = files
    if written:
        _check_can_be_written(written, beside)
    of_file = _shares_of(beside) if beside else None
    released, found = _released(model) if model else None, []
    for name in dict.fromkeys(chosen):
        run = runs.run(name, settings, released, lambda day, name=name: _say(f"{name}: day {day + 1}"))  # type: ignore[misc]
        found.append({"policy": name, **measures.of(run)})
    if written:
        _write(run, written)
    if beside and of_file is not None:
        ours = (datasets.of_row(row, run.world.clips) for row in run.rows)
        found += [{"rows of": name, **datasets.shares(ours)}, {"rows of": beside.name, **of_file}]
    print_json(found) if as_json else _table(found)


def _released(folder: Path) -> "RankModel":
    from reelstack.feed import rank_model

    def read(key: str) -> bytes:
        return (folder / key).read_bytes()

    try:
        return rank_model.load(read, rank_model.current_version(read))
    except (OSError, rank_model.RankModelRefused) as error:
        raise typer.BadParameter(f"no released ranker is there: {error}", param_hint="--model") from error


def _shares_of(file: Path) -> dict[str, float]:
    from cli.simulation import datasets

    try:
        return datasets.shares(datasets.read(file))
    except (OSError, datasets.DatasetRefused) as error:
        raise typer.BadParameter(str(error), param_hint="--beside") from error


def _check_can_be_written(target: Path, beside: Path | None) -> None:
    try:
        with target.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="--rows") from error
    if beside and target.samefile(beside):
        raise typer.BadParameter("it would overwrite the file of --beside", param_hint="--rows")


def _write(run: "Run", target: Path) -> None:
    from cli.simulation import datasets

    with target.open("w", newline="", encoding="utf-8") as file:
        count = datasets.write((datasets.of_row(row, run.world.clips) for row in run.rows), file)
    _say(f"{count} rows in {target}")


def _table(found: list[dict[str, Any]]) -> None:
    typer.echo(f"{'policy':24}" + "".join(f"{name:>18}" for name in COLUMNS))
    for row in found:
        if "policy" in row:
            typer.echo(f"{row['policy']:24}" + "".join(f"{row[name]:18.3f}" for name in COLUMNS))
        else:
            typer.echo("  ".join(f"{key} {of:.4g}" if isinstance(of, float) else f"{of}" for key, of in row.items()))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
