"""docs/operations.md says what to do about every alarm and dead-letter queue, and names none that does not exist."""

import re
from pathlib import Path

from tests.infra.templates import Assembly

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text()
NAMES = set(re.findall(r"`(…?[A-Z]\w+)`", PAGE))
SUFFIXES = {name.removeprefix("…") for name in NAMES if name.startswith("…")}
"""`…Errors` stands for the alarm of every function."""
ALARM = re.compile(r"[A-Z]\w+(Errors|Late|Age|Filled|Uncached|Unlimited|Unavailable|Failed|TimedOut|Wait|Dead)")
METRICS = {
    "AssetsNotConforming",
    "CounterContended",
    "CounterResized",
    "PushFailed",
    "FeedPageFailed",
    "FeedEventsLate",
}


def alarms(assembly: Assembly) -> set[str]:
    return {alarm.path.split("/")[-1] for alarm in assembly.of("AWS::CloudWatch::Alarm")}


def dead_letters(assembly: Assembly) -> set[str]:
    names = {queue.path.split("/")[-1] for queue in assembly.of("AWS::SQS::Queue")}
    return {name for name in names if name.endswith("Dead")}


def test_every_alarm_is_there_by_its_name_or_its_end(prod: Assembly) -> None:
    untold = {name for name in alarms(prod) if name not in NAMES and not name.endswith(tuple(SUFFIXES))}
    assert not untold


def test_every_dead_letter_queue_is_there(prod: Assembly) -> None:
    assert not dead_letters(prod) - NAMES


def test_no_alarm_is_there_that_does_not_exist(prod: Assembly) -> None:
    told = {name for name in NAMES - METRICS if ALARM.fullmatch(name)}
    assert len(told) > 30
    assert not told - alarms(prod) - dead_letters(prod)
