"""The `reelstack` command. Each command lives in the module of its room and imports what it needs when it runs."""

import sys

import typer

from cli import (
    accounts,
    aging,
    bench,
    capacity,
    check_hls,
    cloud,
    costs,
    doctor,
    experiments,
    feed,
    interactions,
    moderation,
    notifications,
    operations,
    privacy,
    production,
    profiles,
    samples,
    search,
    simulate,
    social,
    stages,
    tiering,
    uploads,
    videos,
)

HELP = """Reelstack: a short-video backend in your own AWS account, and whole on a laptop.

A first walk, on a laptop:

\b
  reelstack up                              start everything, publish a sample clip
  reelstack sample clip.mp4                 make a clip to try with
  reelstack upload clip.mp4 --title "Hi"    upload as the demo creator, wait for the verdict
  reelstack videos                          what I uploaded, and what became of it
  reelstack play VIDEO_ID --open            watch it in a browser
  reelstack down                            stop; the next `up` finds everything again

Another stage than the laptop:

\b
  REELSTACK_URL=https://clips.example.com REELSTACK_TOKEN=... reelstack videos
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    cloud,
    aging,
    samples,
    uploads,
    videos,
    feed,
    simulate,
    interactions,
    social,
    accounts,
    notifications,
    search,
    moderation,
    production,
    profiles,
    experiments,
    tiering,
    operations,
    privacy,
    stages,
    costs,
    capacity,
    bench,
    check_hls,
    doctor,
):
    module.register(app)


def main() -> None:
    """Runs one command. An expected failure is one message and exit code 1, anything else a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from cli.failures import explain

        message = explain(error)
        if message is None:
            raise
        sys.stderr.write(f"✗ {message}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
