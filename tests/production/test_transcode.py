import tempfile
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def planned(production: Any, clip: Path) -> Any:
    production.upload(clip)
    production.run("probe")
    production.run("encode_first_rung")
    return production


def test_a_segment_is_left_for_package(planned: Any) -> None:
    assert planned.run("transcode") == {"segment": 0}
    assert list(planned.objects("uploads", "work/u1/1/segments/")) == ["work/u1/1/segments/0/hevc-180.mp4"]


def test_the_same_segment_again_has_the_same_bytes(planned: Any) -> None:
    planned.run("transcode")
    once = planned.objects("uploads", "work/u1/1/segments/")
    planned.run("transcode")
    assert planned.objects("uploads", "work/u1/1/segments/") == once


def test_a_segment_that_was_not_planned_raises(planned: Any) -> None:
    with pytest.raises(IndexError):
        planned.run("transcode", segment=7)


def test_no_work_folder_stays_behind(planned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    planned.run("transcode")
    assert list(tmp_path.iterdir()) == []
