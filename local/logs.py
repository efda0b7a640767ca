"""Reading logs: files of our processes, and what the Lambdas wrote to the emulator's CloudWatch Logs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.cloud import client
from local.errors import NoSuchLog, NotUp
from local.outputs import Outputs
from local.places import Places
from local.services import Services

EVERY_SECONDS = 1.0
LAST_LINES = 200


@dataclass(frozen=True)
class Line:
    """`at`: unix seconds, 0 where the line carries no time of its own."""

    source: str
    at: float
    text: str


def names(places: Places, outputs: Outputs | None) -> list[str]:
    """Everything that `lines` can read: log files first, then functions."""
    files = [path.stem for path in sorted(places.logs.glob("*.log"))]
    return files + sorted(outputs.functions if outputs else [])


def lines(services: Services, outputs: Outputs | None, name: str | None, *, follow: bool) -> Iterator[Line]:
    """The last lines of one log, or of every function if `name` is None; with `follow`, what comes until interrupted.

    Raises NoSuchLog, NotUp.
    """
    file = services.places.logs / f"{name}.log"
    if name is not None and file.exists():
        yield from _file_lines(name, file, follow=follow)
    elif outputs is None:
        raise NotUp("functions have logs only while the cloud is up: run `reelstack up`")
    elif name is None or name in outputs.functions:
        yield from _function_lines(services, outputs, [name] if name else sorted(outputs.functions), follow=follow)
    else:
        raise NoSuchLog(f"no log named {name!r}; there are: {', '.join(names(services.places, outputs))}")


def _file_lines(name: str, file: Path, *, follow: bool) -> Iterator[Line]:
    with file.open(errors="replace") as source:
        for text in source.readlines()[-LAST_LINES:]:
            yield Line(name, 0, text.rstrip())
        while follow:
            text = source.readline()
            if text:
                yield Line(name, 0, text.rstrip())
            else:
                time.sleep(EVERY_SECONDS)


def _function_lines(services: Services, outputs: Outputs, wanted: list[str], *, follow: bool) -> Iterator[Line]:
    lambdas = client(services, "lambda")
    groups = {
        name: lambdas.get_function_configuration(FunctionName=outputs.functions[name])["LoggingConfig"]["LogGroup"]
        for name in wanted
    }
    since = 0
    seen: set[Line] = set()
    while True:
        found = [line for name, group in groups.items() for line in _events(services, name, group, since, seen)]
        found.sort(key=lambda line: line.at)
        yield from found[-LAST_LINES:]
        if not follow:
            return
        since = int((time.time() - 60) * 1000)  # events may arrive late; `seen` drops those that came before
        time.sleep(EVERY_SECONDS)


def _events(services: Services, name: str, group: str, since: int, seen: set[Line]) -> Iterator[Line]:
    logs = client(services, "logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        for event in (event for page in pages for event in page["events"]):
            line = Line(name, event["timestamp"] / 1000, event["message"].rstrip())
            if line not in seen:  # MiniStack's events carry no id
                seen.add(line)
                yield line
    except logs.exceptions.ResourceNotFoundException:
        return  # never invoked
