"""Receipts say what was shown, to whom only, for a day, and cannot be made or changed by anybody else."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior.receipts import AHEAD_MS, MAX_LENGTH, VALID_MS, Receipt, ReceiptRefused, sign, verified

NOW = 1_790_000_000_000
KEY, OTHER = b"k" * 32, b"o" * 32
SHOWN = Receipt("0123456789abcdef0123", "Zm9vYmFyYmF6", 3, "newest", 0, "newest", "", 1.0, NOW, "")

receipts = st.builds(
    Receipt,
    video_id=st.text("0123456789abcdef", min_size=20, max_size=20),
    answer_id=st.text(min_size=1, max_size=16),
    position=st.integers(0, 10_000),
    source=st.text(max_size=16),
    level=st.integers(0, 3),
    policy=st.text(max_size=16),
    model=st.text(max_size=16),
    propensity=st.floats(1e-6, 1),
    served_at_ms=st.integers(NOW - VALID_MS, NOW + AHEAD_MS),
    session=st.text(max_size=16),
)


def reason(text: str, viewer: str | None = "ann", *keys: bytes, now: int = NOW) -> str:
    with pytest.raises(ReceiptRefused) as refused:
        verified(text, viewer, keys or (KEY,), now)
    return refused.value.reason


@given(receipts, st.one_of(st.none(), st.text(min_size=1, max_size=64)))
def test_a_receipt_says_what_was_signed(receipt: Receipt, viewer: str | None) -> None:
    assert verified(sign(receipt, viewer, KEY), viewer, (OTHER, KEY), NOW) == receipt


def test_the_receipt_of_another_viewer_is_refused() -> None:
    text = sign(SHOWN, "ann", KEY)
    assert reason(text, "bob") == reason(text, None) == "receipt-invalid"
    assert reason(sign(SHOWN, None, KEY), "ann") == "receipt-invalid"


def test_a_receipt_of_another_key_is_refused() -> None:
    assert reason(sign(SHOWN, "ann", OTHER)) == "receipt-invalid"


@given(st.data())
def test_no_altered_receipt_is_taken(data: st.DataObject) -> None:
    text = sign(SHOWN, "ann", KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    altered = text[:place] + data.draw(st.sampled_from("Aa0_-.é\n")) + text[place + 1 :]
    if base64.urlsafe_b64decode(text.rpartition(".")[2] + "==") == _bytes(altered.rpartition(".")[2]):
        assert altered.rpartition(".")[0] == text.rpartition(".")[0] or reason(altered) == "receipt-invalid"
        return  # the last character has bits that base64 ignores
    assert reason(altered) == "receipt-invalid"


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "==")
    except ValueError:
        return b""


@given(st.one_of(st.text(max_size=40), st.binary(max_size=40).map(lambda raw: f"1.{raw.hex()}.{raw.hex()}")))
def test_what_is_no_receipt_is_refused(text: str) -> None:
    assert reason(text) == "receipt-invalid"


def test_a_receipt_is_valid_for_a_day_and_not_before_it_was_made() -> None:
    text = sign(SHOWN, "ann", KEY)
    assert verified(text, "ann", (KEY,), NOW + VALID_MS) == SHOWN
    assert reason(text, now=NOW + VALID_MS + 1) == "receipt-expired"
    assert reason(text, now=NOW - AHEAD_MS - 1) == "receipt-expired"


@pytest.mark.parametrize("propensity", [0, -0.5, 1.5, float("nan"), float("inf")])
def test_a_probability_that_is_none_is_refused_also_if_it_was_signed(propensity: float) -> None:
    assert reason(sign(SHOWN._replace(propensity=propensity), "ann", KEY)) == "receipt-invalid"


def test_a_receipt_of_another_version_is_refused() -> None:
    values = base64.urlsafe_b64encode(json.dumps([*tuple(SHOWN), "more"]).encode()).rstrip(b"=").decode()
    assert reason(f"2.{values}.AAAA") == "receipt-invalid"


def test_a_receipt_is_short() -> None:
    assert len(sign(SHOWN._replace(policy="explore-2", model="2026-11-29-1"), "ann", KEY)) < 200 < MAX_LENGTH
