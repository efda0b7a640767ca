"""Where the job starts: at the newest complete checkpoint or savepoint of its generation, or anew.

A folder of states has one folder for each generation. What other generations left there is removed, and of this one all
but the two newest states. A state that cannot be read is set aside, so that the next try finds the one before, or none.
"""

import json
import re
import shutil
from pathlib import Path

GENERATION: int = json.loads((Path(__file__).parent / "state.json").read_text())["generation"]
"""Of the job's state. It grows with a release that cannot read the state of the release before, or for which the
numbers in it mean something else: such a release starts anew, of what the stream holds. state.json has the digest of
what shapes the state, too: tests/interests/test_state.py fails when it changes, and says what to do then."""
KEPT = 2
METADATA = "_metadata"
"""Flink writes it last, so that a folder with it is complete."""
_OF_FLINK = re.compile(r"[0-9a-f]{32}|savepoint-[0-9a-f]{6}-[0-9a-f]{12}")
"""Names of a job's folder of checkpoints, and of a savepoint's."""
_FRAME = re.compile(r"\s+(at |\.\.\. \d)")
"""Of a stack trace."""
_UNREADABLE = (
    "org.apache.flink.util.StateMigrationException",
    "org.apache.flink.runtime.state.BackendBuildingException",
    "Exception while creating StreamOperatorStateContext",
    "CheckpointCoordinator.restoreSavepoint(",
)
"""What Flink says, or calls, when a state does not fit the job (types, operators) or is damaged (files). It says the
same of whatever else fails while it reads a state, so causes are looked at, too."""
_PASSES = re.compile(
    r"OutOfMemoryError|Too many open files|No space left|Input/output error|Stale file handle"
    r"|AccessDenied|Permission denied|Forbidden|ExpiredToken"
    r"|java\.net\.|javax\.net\.|org\.apache\.http|timed? ?out|Connection reset|Broken pipe|Premature end"
    r"|Interrupt|ClosedChannel|CancelTask|CancellationException"
    r"|software\.amazon\.awssdk|com\.amazonaws|SlowDown|Service ?Unavailable",
    re.IGNORECASE,
)
"""In a cause: the machine, the store or the way to it failed, or the task was told to end. The state may be whole."""


def opened(folder: str) -> tuple[str, bool]:
    """The folder of this generation within `folder`, tidied; and whether states of others were removed from there."""
    if not folder:
        return "", False
    everything = path(folder)
    mine = everything / str(GENERATION)
    mine.mkdir(parents=True, exist_ok=True)
    others = [each for each in everything.iterdir() if each != mine and _holds_states(each)]
    removed = any(_complete(each) for each in others)
    kept = _complete(mine)[:KEPT]
    unused = [each for each in mine.iterdir() if not any(state.is_relative_to(each) for state in kept)]
    for each in (*others, *filter(_holds_states, unused)):
        shutil.rmtree(each, ignore_errors=True)
    return str(mine), removed


def newest_state(folder: str) -> str:
    """Its address; empty if there is none."""
    complete = _complete(path(folder)) if folder else []
    return complete[0].resolve().as_uri() if complete else ""


def is_unreadable(failure: str) -> bool:
    """Whether the job failed because of the state that it started at, and not of something that passes. `failure`:
    Java's exception with its causes. In doubt no: a state that stays is read at the next start, or by somebody."""
    causes = (line for line in failure.splitlines() if not _FRAME.match(line))
    return any(said in failure for said in _UNREADABLE) and not any(_PASSES.search(line) for line in causes)


def set_aside(state: str) -> None:
    """The state counts no more, and the next start removes it."""
    metadata = path(state) / METADATA
    metadata.replace(metadata.with_name(f"{METADATA}.unreadable"))


def path(address: str) -> Path:
    return Path(address.removeprefix("file://"))


def _complete(folder: Path) -> list[Path]:
    """Newest first."""
    found = list(folder.glob(f"**/{METADATA}"))
    return [each.parent for each in sorted(found, key=lambda each: each.stat().st_mtime_ns, reverse=True)]


def _holds_states(folder: Path) -> bool:
    """Flink's own folders, and those of generations: nothing else is ours to remove."""
    if _OF_FLINK.fullmatch(folder.name):
        return True
    return (
        folder.name.isdecimal() and folder.is_dir() and all(_OF_FLINK.fullmatch(each.name) for each in folder.iterdir())
    )
