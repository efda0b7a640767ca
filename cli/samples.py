"""sample: a clip to try things with."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command()(sample)


def sample(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where it goes, as mp4.")] = Path("sample.mp4"),
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long it is.")] = 5,
    upright: Annotated[bool, typer.Option("--upright", help="720 × 1280, as phones film.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Make a clip to try things with: a piece of Big Buck Bunny with its sound. Needs no running cloud.

    \b
      reelstack sample holiday.mp4
      reelstack sample long.mp4 --seconds 60 --upright
      reelstack upload holiday.mp4
    """
    from local import sample_clip

    if file.exists() and not force:
        typer.echo(f"{file} is there already: say --force to write over it", err=True)
        raise typer.Exit(1)
    sample_clip.make(file, sample_clip.Shape(seconds, upright))
    typer.echo(f"{file}  © 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0")
