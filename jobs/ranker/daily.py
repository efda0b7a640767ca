"""The ranker's part of a day, as the state machine `profiles` starts it: train, measure, and release if the gates hold.

    python daily.py --data s3://bucket --day YYYY-MM-DD

It runs the commands of jobs.ranker.main one after another and prints one JSON object: the version, whether it was
released, and why not. A refusal, by a gate or for too few rows, is an answer and no failure: the version in service
stays, exit status 0. Only when that version is of more than 18 days ago the refusal fails the run, exit status 3: from
then on it is a copy that knows no viewer and no creator (retention), since an account is erased within 30 days.
Everything else that does not succeed ends with the command's own exit status; a command that breaks off has no answer.
"""

import argparse
import datetime
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

REFUSED, TOO_OLD = 1, 3
KEPT_DAYS = 18
"""As retention.KEPT_DAYS: this file is started by itself and imports nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--day", required=True)
    given = parser.parse_args(arguments)
    last = _run("train", "--data", given.data, "--day", given.day)
    version = _answer(last).get("version")
    if last.returncode == 0:
        last = _run("promote", "--data", given.data, "--version", str(version))
    answer = _answer(last)
    if last.returncode and not (last.returncode == REFUSED and "refused" in answer):
        return last.returncode
    released = last.returncode == 0
    print(json.dumps({"version": version, "released": released, "refused": answer.get("refused", [])}))
    return TOO_OLD if not released and _is_old(answer.get("in_service"), given.day) else 0


def _is_old(version: str | None, day: str) -> bool:
    """Versions begin with their day."""
    if not version:
        return False
    return datetime.date.fromisoformat(day) - datetime.date.fromisoformat(version[:10]) > datetime.timedelta(KEPT_DAYS)


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Of the same Python and environment. What it says is shown as well."""
    done = subprocess.run(  # our own module
        [sys.executable, "-m", "jobs.ranker.main", *command], stdout=subprocess.PIPE, text=True, check=False
    )
    sys.stdout.write(done.stdout)
    return done


def _answer(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """The JSON object on its last line; empty if there is none: Python ends with status 1 after an exception, too."""
    try:
        found = json.loads((done.stdout.splitlines() or [""])[-1])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
