"""Range arithmetic of the local edge, against slices of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.edge_ranges import Span, Unsatisfiable, not_modified, wanted

ETAG = '"v1"'


def ask(value: str, total: int = 100) -> Span | None:
    return wanted({"range": value}, total, ETAG)


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=-10", 90, 99),
        ("bytes=90-1000", 90, 99),
        ("bytes=-1000", 0, 99),
        ("bytes=5-18446744073709551615", 5, 99),
        ("bytes=-18446744073709551615", 0, 99),
        ("bytes= 5 - 6", 5, 6),
    ],
)
def test_a_range_is_cut_to_the_object(value: str, first: int, last: int) -> None:
    assert ask(value) == Span(first, last, 100)


@pytest.mark.parametrize(
    "value", ["", "bytes=5-4", "bytes=0-1,5-6", "items=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=-5-6"]
)
def test_what_is_no_single_range_asks_for_the_whole(value: str) -> None:
    assert ask(value) is None


@pytest.mark.parametrize("value", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_object_cannot_be_satisfied(value: str) -> None:
    with pytest.raises(Unsatisfiable):
        ask(value)


def test_another_version_is_sent_whole() -> None:
    assert wanted({"range": "bytes=0-1", "if-range": '"v0"'}, 100, ETAG) is None
    assert wanted({"range": "bytes=0-1", "if-range": ETAG}, 100, ETAG) == Span(0, 1, 100)


@pytest.mark.parametrize("named", ["Mon, 30 Nov 2026 04:00:00 GMT", 'W/"v1"', "v1", "*", ""])
def test_only_the_etag_names_a_version(named: str) -> None:
    """A copy in place makes a new Last-Modified, so a date would begin a download anew or continue another's."""
    assert wanted({"range": "bytes=0-1", "if-range": named}, 100, ETAG) is None


@pytest.mark.parametrize(
    ("known", "same"), [(ETAG, True), ('"v0", W/"v1"', True), ("*", True), ('"v0"', False), ("", False)]
)
def test_a_version_the_viewer_has_is_not_sent_again(known: str, same: bool) -> None:
    assert not_modified({"if-none-match": known}, ETAG) is same


@given(st.binary(min_size=1, max_size=200), st.integers(1, 40), st.data())
def test_blocks_put_together_are_the_range(body: bytes, size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(body) - 1))
    last = data.draw(st.integers(first, len(body) - 1))
    span = Span(first, last, len(body))
    blocks = {n: body[n * size : (n + 1) * size] for n in range(len(body) // size + 1)}
    assert b"".join(blocks[n][part] for n, part in span.blocks(size)) == body[first : last + 1]
    assert span.length == last + 1 - first


def test_an_empty_object_has_no_blocks() -> None:
    assert Span(0, -1, 0).blocks(10) == []
