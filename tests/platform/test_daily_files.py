"""A daily file is loaded from where the last call left off, until it is read to its end."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from reelstack.platform import aws as seam
from reelstack.platform import daily_files
from reelstack.platform.config import Config
from reelstack.platform.daily_files import Loaded, Target


def two_a_call(lines: Iterable[bytes], start: int, _until: float) -> Loaded:
    """As a load that has time for two lines, and reads numbers."""
    rest = list(lines)[start:]
    refused = sum(not line.strip().isdigit() for line in rest[:2])
    return Loaded(start + 2 if len(rest) > 2 else None, refused)


def key_of_file(day: date) -> str:
    return f"made/{day}.jsonl"


def load_all(context: Any, body: bytes) -> Iterator[dict[str, Any]]:
    """The answers of calls that go on where the last one left off."""
    seam.client("s3").put_object(Bucket="data", Key="made/2026-11-28.jsonl", Body=body)
    event: dict[str, Any] = {"day": "2026-11-28"}
    while not event.get("done"):
        event = event | daily_files.run_load(event, context, key_of_file, two_a_call)
        yield event


def test_a_load_goes_on_until_its_file_is_read(aws: Config, context: Any) -> None:
    assert [answer["line"] for answer in load_all(context, b"1\n2\n3\n4\n5\n")] == [2, 4, 0]


def test_lines_that_are_no_rows_fail_the_last_call_when_all_others_are_loaded(aws: Config, context: Any) -> None:
    answers = load_all(context, b"1\nx\n3\n4\ny\n")
    assert [(next(answers)["refused"]) for _ in range(2)] == [1, 1]
    with pytest.raises(daily_files.RowsRefused, match="2 lines of made/2026-11-28"):
        next(answers)


def test_a_page_is_written_without_the_lines_that_are_no_rows() -> None:
    written: list[Sequence[int]] = []
    lines = [b"1", b"x", b"3", b"y", b"5"]
    target = Target(int, written.append, 2)
    found = daily_files.load_pages(lines, 1, 9e9, target)
    assert (found, written) == (Loaded(None, refused=2), [[3], [5]])
    assert daily_files.load_pages(lines, 1, 0, target) == Loaded(1)


@pytest.mark.parametrize("event", [{}, {"day": "soon"}, {"day": "2026-11-28", "line": "x"}])
def test_what_names_no_day_and_line_is_refused(event: dict[str, Any], context: Any) -> None:
    with pytest.raises(ValidationError):
        daily_files.run_load(event, context, key_of_file, two_a_call)
