"""The command line of the ranker: one command per step, each of which can be run again.

    python -m jobs.ranker.main train    --data DATA --day YYYY-MM-DD [--days 14] [--settings FILE]
    python -m jobs.ranker.main evaluate --data DATA --version VERSION
    python -m jobs.ranker.main promote  --data DATA --version VERSION [--off-policy FILE]
    python -m jobs.ranker.main rollback --data DATA

DATA is a folder or s3://bucket; keys below it are those of docs/data.md: training/, profiles/clips/, rank/, items/.
`--day` is the last day of training rows and the day that the model is measured on. `train` writes rank/<version>/ and
items/<version>.npz and moves no pointer; `promote` moves rank/current.json and items/current.json if the gates hold.
The last line of standard output is one JSON object. Exit codes: 0 done, 1 refused by a gate or for too few rows (no
other version serves), 2 wrong arguments or unusable data.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

UNUSABLE = 2


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m jobs.ranker.main", description="Train and release the ranker.")
    commands = root.add_subparsers(dest="command", required=True)
    train = _command(commands, "train", "train, measure and write a version; nothing is released")
    train.add_argument("--day", required=True, help="last day of training rows, YYYY-MM-DD; it is measured on")
    train.add_argument("--days", type=int, default=14, help="days of training rows that are read")
    train.add_argument("--settings", type=Path, help="JSON of jobs.ranker.settings.Settings; what is absent is default")
    train.add_argument("--seed", type=int, default=0)
    evaluate = _command(commands, "evaluate", "measure a version again, beside the one in service now")
    evaluate.add_argument("--version", required=True)
    promote = _command(commands, "promote", "release a version if every gate holds")
    promote.add_argument("--version", required=True)
    promote.add_argument("--off-policy", type=Path, help="JSON {difference, low, high} of an off-policy estimate")
    _command(commands, "rollback", "release the version before the current one again")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    from jobs.ranker import places, settings
    from reelstack.feed import items, rank_model

    unusable = (ValueError, KeyError, settings.SettingRefused, rank_model.RankModelRefused, items.ItemsRefused)
    try:
        code, answer = _run(places.at(given.data), given)
    except (*unusable, OSError) as error:
        print(f"{given.command}: {error}", file=sys.stderr)
        return UNUSABLE
    print(json.dumps(answer, sort_keys=True))
    return code


def _run(place: Any, given: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    if given.command in ("promote", "rollback"):
        from jobs.ranker import releases  # without JAX: a rollback works wherever the repository does

        return releases.promote(place, given) if given.command == "promote" else releases.rollback(place, given)
    from jobs.ranker import trainings

    return trainings.train(place, given) if given.command == "train" else trainings.evaluate(place, given)


def _command(commands: Any, name: str, says: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=says)
    made.add_argument("--data", required=True, help="a folder or s3://bucket")
    return made


if __name__ == "__main__":
    ended = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended)  # native threads of Arrow or XLA abort (SIGABRT) one ordinary end of the interpreter in five
