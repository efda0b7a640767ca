"""The job's options: of the command line, or of Managed Flink's property group `interests`."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PROPERTIES = Path("/etc/flink/application_properties.json")
GROUP = "interests"
SOURCES = ("kinesis", "files", "archive")


@dataclass(frozen=True)
class Options:
    source: str = "files"
    cache: str = ""
    path: str = ""
    stream_arn: str = ""
    region: str = ""
    endpoint: str = ""
    reader: str = "POLLING"
    consumer: str = "interests"
    position: str = "LATEST"
    jar: str = ""
    state: str = ""
    checkpoint_ms: int = 1000
    parallelism: int = 1
    watermark_ms: int = 200
    restarts: int = 20
    pid_file: str = ""
    managed: bool = False
    """By Managed Flink, which has its own state, restarts and parallelism; the program submits the job and ends."""


def of_arguments(argv: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m jobs.interests.main")
    for option in fields(Options):
        if option.name != "managed":
            choices = SOURCES if option.name == "source" else None
            kind = int if isinstance(option.default, int) else str
            flag = f"--{option.name.replace('_', '-')}"
            parser.add_argument(flag, type=kind, default=option.default, choices=choices)
    return Options(**vars(parser.parse_args(argv)))


def of_properties(text: str) -> Options:
    """Raises KeyError if the group or a property is not known."""
    groups: dict[str, Mapping[str, str]] = {each["PropertyGroupId"]: each["PropertyMap"] for each in json.loads(text)}
    kinds = {option.name: int if isinstance(option.default, int) else str for option in fields(Options)}
    given = {name.replace(".", "_"): value for name, value in groups[GROUP].items()}
    values: dict[str, Any] = {name: kinds[name](value) for name, value in given.items()}
    return Options(**{"source": "kinesis", "checkpoint_ms": 10_000, **values, "managed": True})


def read(argv: Sequence[str]) -> Options:
    return of_properties(PROPERTIES.read_text()) if PROPERTIES.exists() else of_arguments(argv)
