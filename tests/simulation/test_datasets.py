"""Files that a user brings: small made ones in the form of each data set; what is none is refused by line."""

import io
from pathlib import Path

import pytest

from cli.simulation import datasets
from cli.simulation.datasets import COLUMNS, DatasetRefused, Seen

ROW = Seen("7", "v9", 1_650_000_000_000, 1, 1, 0, 0, 0, 0, 1, 12_000, 12_000, 0, 1, 4)


def file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    assert datasets.write([ROW, ROW], text) == 2
    path = tmp_path / "rows.csv"
    path.write_text(text.getvalue(), newline="")
    assert list(datasets.read(path)) == [ROW, ROW]


def test_kuairand_may_have_more_columns_in_another_order(tmp_path: Path) -> None:
    heads = ["date", *reversed(COLUMNS)]
    values = ["20220408", *(str(getattr(ROW, name)) for name in reversed(COLUMNS))]
    assert list(datasets.read(file(tmp_path, "log.csv", ",".join(heads), ",".join(values)))) == [ROW]


def test_kuairec_gives_watch_times(tmp_path: Path) -> None:
    path = file(
        tmp_path, "big_matrix.csv",
        "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio",
        "0,3649,13838,10867,2020-07-05 00:08:23.438,20200705,1593878903.438,1.27",
        "1,12,17000,60000,,,,0.28",
    )  # fmt: skip
    first, second = datasets.read(path)
    assert (first.time_ms, first.play_time_ms, first.long_view) == (1_593_878_903_438, 13_838, 1)
    assert (second.time_ms, second.long_view) == (0, 0)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("u.data", ["196\t242\t5\t881250949", "186\t302\t1\t891717742"]),
        ("ratings.dat", ["196::242::5::881250949", "186::302::1::891717742"]),
        ("ratings.csv", ["userId,movieId,rating,timestamp", "196,242,5.0,881250949", "186,302,1.0,891717742"]),
    ],
)
def test_movielens_ratings_are_views(tmp_path: Path, name: str, lines: list[str]) -> None:
    liked, hated = datasets.read(file(tmp_path, name, *lines))
    assert (liked.user_id, liked.video_id, liked.is_like, liked.long_view, liked.is_hate) == ("196", "242", 1, 1, 0)
    assert (hated.is_like, hated.long_view, hated.is_hate) == (0, 0, 1)


def test_a_line_that_cannot_be_read_is_named_by_its_number_alone(tmp_path: Path) -> None:
    path = file(tmp_path, "ratings.csv", "userId,movieId,rating,timestamp", "1,2,4,10", "1,2,secret,10")
    with pytest.raises(DatasetRefused, match=r"row 2 of ratings\.csv") as refused:
        list(datasets.read(path))
    assert "secret" not in str(refused.value)
    with pytest.raises(DatasetRefused, match="no data set"):
        list(datasets.read(file(tmp_path, "other.csv", "a,b,c")))


@pytest.mark.parametrize(
    "changed",
    [
        {"time_ms": "inf"},
        {"time_ms": "nan"},
        {"time_ms": "1e308"},
        {"play_time_ms": "-1"},
        {"is_like": "2"},
        {"is_rand": "-1"},
        {"video_id": "x" * 200_000},
    ],
)
def test_a_row_that_says_what_cannot_be_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    good = {name: str(getattr(ROW, name)) for name in COLUMNS}
    lines = [",".join(COLUMNS), *(",".join(one.values()) for one in (good, {**good, **changed}))]
    with pytest.raises(DatasetRefused, match=r"row 2 of log\.csv"):
        list(datasets.read(file(tmp_path, "log.csv", *lines)))


@pytest.mark.parametrize("content", [b"\xbb\xff\n", ",".join(COLUMNS).encode() + b"\n" + b"\xff" * 15])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetRefused, match="no text in UTF-8"):
        list(datasets.read(path))


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = file(tmp_path, "log.csv", "\ufeff" + ",".join(COLUMNS), ",".join(str(getattr(ROW, one)) for one in COLUMNS))
    assert list(datasets.read(path)) == [ROW]


def test_shares_of_rows() -> None:
    assert datasets.shares([]) == {"rows": 0}
    found = datasets.shares([ROW, ROW])
    assert (found["rows"], found["is_like"], found["is_hate"], found["watched_share"]) == (2, 1.0, 0.0, 1.0)
