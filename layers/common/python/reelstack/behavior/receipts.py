"""Receipts: what an answer showed to whom, at which position, chosen how and with what probability. Signed, pure.

A feed hands one out with each item, and an event brings it back. So nobody can report a play of what they were never
shown, and no join is needed to learn why it was shown. A receipt is

    1.<base64url of the JSON list of its values>.<base64url of 16 bytes of HMAC-SHA256(key, "<viewer>\\n1.<values>")>

without padding, about 170 characters. It names no signed-in viewer, but is valid for that one only: their id is part
of what is signed. A viewer without an account is named by the session in it.
"""

import base64
import binascii
import hmac
import json
import math
from collections.abc import Iterable
from typing import NamedTuple

VERSION = "1"
VALID_MS = 24 * 3600 * 1000
AHEAD_MS = 60 * 1000
"""By how much the clocks of two servers may differ."""
SIGNATURE_BYTES = 16
MAX_LENGTH = 600
"""Characters. What is longer is not one of ours, and is not decoded."""


class ReceiptRefused(ValueError):
    """A receipt that proves nothing. `reason`: "receipt-invalid" or "receipt-expired"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Receipt(NamedTuple):
    """One item of one answer. The order of the fields is that of the values in the text."""

    video_id: str
    answer_id: str
    """Common to all items of one answer."""
    position: int
    """Of the item in what the viewer has been shown, from 0."""
    source: str
    """Which list it came from: "newest", "following", "search", ..."""
    level: int
    """The degradation level at which it was served; 0 is normal."""
    policy: str
    """Which rule chose and ordered the answer."""
    model: str
    """Version of the ranker; empty without one."""
    propensity: float
    """Probability, above 0 and at most 1, with which the policy shows this item at this position."""
    served_at_ms: int
    """Unix milliseconds."""
    session: str
    """Who the viewer is, if they did not sign in; else empty."""


NAMES = Receipt._fields
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""`json.dumps` would make an encoder for each receipt."""


def sign(receipt: Receipt, viewer_id: str | None, key: bytes) -> str:
    """The receipt as its viewer gets it; `viewer_id` None without an account."""
    text = f"{VERSION}.{_encoded(_json(receipt).encode())}"
    return f"{text}.{_encoded(_signature(text, viewer_id, key))}"


def verified(text: str, viewer_id: str | None, keys: Iterable[bytes], now_ms: int) -> Receipt:
    """What a receipt says, if one of `keys` signed it for this viewer within the last day.

    Raises ReceiptRefused.
    """
    signed, _, signature = text.rpartition(".")
    version, _, values = signed.partition(".")
    if len(text) > MAX_LENGTH or not text.isascii() or version != VERSION:
        raise ReceiptRefused("receipt-invalid")
    given = _decoded(signature)
    if not any(hmac.compare_digest(given, _signature(signed, viewer_id, key)) for key in keys):
        raise ReceiptRefused("receipt-invalid")
    receipt = _read(values)
    if not now_ms - VALID_MS <= receipt.served_at_ms <= now_ms + AHEAD_MS:
        raise ReceiptRefused("receipt-expired")
    return receipt


def _read(values: str) -> Receipt:
    """Signed values, so ours; of a later version that has other fields, perhaps."""
    try:
        read = json.loads(_decoded(values))
    except ValueError as error:
        raise ReceiptRefused("receipt-invalid") from error
    if not isinstance(read, list) or len(read) != len(NAMES):
        raise ReceiptRefused("receipt-invalid")
    receipt = Receipt(*read)
    if not (math.isfinite(receipt.propensity) and 0 < receipt.propensity <= 1):
        raise ReceiptRefused("receipt-invalid")
    return receipt


def _signature(signed: str, viewer_id: str | None, key: bytes) -> bytes:
    return hmac.digest(key, f"{viewer_id or ''}\n{signed}".encode(), "sha256")[:SIGNATURE_BYTES]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReceiptRefused("receipt-invalid") from error
