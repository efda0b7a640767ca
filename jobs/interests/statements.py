"""The job's SQL, read from sql/*.sql and filled in. Pure: a test reads the same statements without Flink."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from jobs.interests.constants import constants
from jobs.interests.options import Options
from reelstack.feed import live_signals

FOLDER = Path(__file__).parent / "sql"
REPLACED = ("interests", "history", "totals")
"""Views of which a row replaces the one before of the same owner and field."""
APPENDED = tuple(f"window_{seconds}" for seconds in live_signals.WINDOWS_SECONDS)
"""Views whose rows are never changed."""
HEARTBEAT = ("newest", "starts")
"""Likewise, of a source that has no end."""


def source(options: Options) -> str:
    """CREATE TABLE events, of this kind of source."""
    named = {"kinesis": _kinesis, "files": _files, "archive": _archive}[options.source](options)
    connector = ",\n    ".join(f"'{name}' = '{value}'" for name, value in named.items())
    return next(_statements("events", {"connector": connector}))


def _kinesis(options: Options) -> dict[str, str]:
    """The stream of events by Flink's connector."""
    named = {"connector": "kinesis", "stream.arn": options.stream_arn, "aws.region": options.region}
    if options.endpoint:
        named["aws.endpoint"] = options.endpoint
    named |= {"source.init.position": options.position, "source.reader.type": options.reader}
    if options.reader == "EFO":
        # Enhanced fan-out: 2 MB/s per shard of our own and about 70 ms instead of 200 ms. SELF_MANAGED: the stack made
        # the consumer, and the job's role may neither register nor deregister any.
        named |= {"source.efo.consumer.name": options.consumer, "source.efo.lifecycle": "SELF_MANAGED"}
    return named


def _files(options: Options) -> dict[str, str]:
    """The stream as files of lines that a feeder copies from Kinesis and renames into place: without the connector."""
    return {**_archive(options), "source.monitor-interval": "200 ms"}


def _archive(options: Options) -> dict[str, str]:
    """events/day=…/hour=…/*.jsonl.gz, read once to their end: fills an empty cache again."""
    return {"connector": "filesystem", "path": options.path}


def told() -> Iterator[str]:
    """The views that make `told_events` of the source."""
    yield from _statements("told", constants())


def views(parts: int) -> Iterator[str]:
    """The views that make the outputs of `told`, in order, for a sink of so many parts."""
    known = constants()
    for name in ("interests", "history", "windows"):
        yield from _statements(name, known)
    for seconds, slide in live_signals.WINDOWS_SECONDS.items():
        yield from _statements("window", known | {"seconds": str(seconds), "slide": str(slide)})
    yield from _statements("totals", known | {"parts": ", ".join(f"({part})" for part in range(parts))})


def _statements(name: str, values: Mapping[str, str]) -> Iterator[str]:
    text = Template((FOLDER / f"{name}.sql").read_text()).substitute(values)
    for statement in text.split(";\n"):
        if statement.strip():
            yield statement
