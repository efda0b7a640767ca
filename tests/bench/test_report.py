"""What a benchmark says when it cannot begin."""

import pytest

from bench import _report
from local.errors import ProgramMissing


def test_a_missing_program_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench"])

    def measure(_: bool) -> _report.Report:
        raise ProgramMissing("run this")

    with pytest.raises(SystemExit, match="✗ run this"):
        _report.run(measure)
