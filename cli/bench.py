"""bench: measurements with their comparisons, each one file below bench/."""

import subprocess
import sys
from typing import Annotated

import typer

from cli.session import AsJson


def register(app: typer.Typer) -> None:
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)


def bench(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A file of bench/, without .py. None: list them.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="End within 60 s on 2 cores.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a benchmark. Exit code 0 only if every check of it holds.

    \b
      reelstack bench production --quick
      reelstack bench upload --traces DIR    (options of one benchmark are handed on to it)
    """
    from local.places import ROOT

    known = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    if name is None:
        typer.echo("\n".join(known))
        return
    if name not in known:
        raise typer.BadParameter(f"no benchmark {name!r}; there are {', '.join(known) or 'none'}", param_hint="NAME")
    flags = [flag for flag, given in (("--quick", quick), ("--json", as_json)) if given]
    raise typer.Exit(
        subprocess.run([sys.executable, "-m", f"bench.{name}", *flags, *context.args], cwd=ROOT, check=False).returncode
    )
