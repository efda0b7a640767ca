"""A daily file is loaded from where the last call left off, until it is read to its end."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from reelstack.platform import aws as seam
from reelstack.platform import daily_files
from reelstack.platform.config import Config


def two_a_call(lines: Iterable[bytes], start: int, _until: float) -> int | None:
    """As a load that has time for two lines."""
    rest = list(lines)[start:]
    return start + 2 if len(rest) > 2 else None


def key_of_file(day: date) -> str:
    return f"made/{day}.jsonl"


def test_a_load_goes_on_until_its_file_is_read(aws: Config, context: Any) -> None:
    seam.client("s3").put_object(Bucket="data", Key="made/2026-11-28.jsonl", Body=b"1\n2\n3\n4\n5\n")
    answers, event = [], {"day": "2026-11-28"}
    while not answers or not answers[-1]["done"]:
        answers.append(daily_files.run_load(event, context, key_of_file, two_a_call))
        event = event | {"line": answers[-1]["line"]}
    assert [answer["line"] for answer in answers] == [2, 4, 0]


@pytest.mark.parametrize("event", [{}, {"day": "soon"}, {"day": "2026-11-28", "line": "x"}])
def test_what_names_no_day_and_line_is_refused(event: dict[str, Any], context: Any) -> None:
    with pytest.raises(ValidationError):
        daily_files.run_load(event, context, key_of_file, two_a_call)
