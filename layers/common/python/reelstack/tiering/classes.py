"""S3's storage classes, and what keeping, reading and moving an object costs in each. Pure, for many objects at once.

A code is a class's place in CLASSES. Every function takes arrays of codes, sizes and days (or single numbers), and
returns dollars.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reelstack.platform import s3_prices
from reelstack.platform.s3_prices import DAYS_A_MONTH, GB, KIB, S3, SMALLEST_BYTES

Codes = NDArray[np.int8]
Numbers = NDArray[np.float64]


class StorageClass(StrEnum):
    """By S3's names. A lifecycle rule moves an object to the right only."""

    STANDARD = "STANDARD"
    STANDARD_IA = "STANDARD_IA"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    GLACIER_IR = "GLACIER_IR"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"


CLASSES = tuple(StorageClass)
STANDARD, STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE = range(6)
IA_FROM_DAYS = 30
"""A lifecycle rule moves nothing to Standard-IA in the first 30 days after the object was written; GLACIER_IR may be
day 0: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html"""
READ_BYTES = 1024 * KIB
"""What one request at the origin reads on average: a block of the edge, or what a player asks for at once."""
TAG_DAYS = 2
"""How long a tag stays: S3 applies lifecycle rules once a day, and the next night's plan takes the tag off."""

_STORAGE = np.array([S3[name].storage.dollars for name in CLASSES]) / GB / DAYS_A_MONTH
_PUT = np.array([S3[name].put.each for name in CLASSES])
_GET = np.array([S3[name].get.each for name in CLASSES])
_TRANSITION = np.array([S3[name].transition.each for name in CLASSES])
_RETRIEVAL = np.array([S3[name].retrieval.dollars for name in CLASSES]) / GB
_MINIMUM_DAYS = np.array([S3[name].minimum_days for name in CLASSES], dtype=float)
_MINIMUM_BYTES = np.array([S3[name].minimum_bytes for name in CLASSES], dtype=float)
_TAG = s3_prices.TAGGING.each + s3_prices.TAG.each * TAG_DAYS / DAYS_A_MONTH
_MONITORING = s3_prices.MONITORING.each / DAYS_A_MONTH


def code_of(name: str) -> int:
    """Raises ValueError for a class that this module does not know."""
    return CLASSES.index(StorageClass(name))


def storage_per_day(code: Codes | int, size: Numbers) -> Numbers:
    """Of keeping an object for a day. Of Intelligent-Tiering: as long as it is read."""
    return np.asarray(_STORAGE[code] * np.maximum(size, _MINIMUM_BYTES[code]))


def requests(size: Numbers, read_bytes: Numbers) -> Numbers:
    """How many requests read so many bytes of an object; whole ones only on average."""
    return read_bytes / np.minimum(np.maximum(size, 1), READ_BYTES)


def retrieval(code: Codes | int, read_bytes: Numbers) -> Numbers:
    return np.asarray(_RETRIEVAL[code] * read_bytes)


def read(code: Codes | int, size: Numbers, read_bytes: Numbers) -> Numbers:
    """Of reading so many bytes of an object: retrieval and requests."""
    return retrieval(code, read_bytes) + _GET[code] * requests(size, read_bytes)


def early_delete(code: Codes | int, size: Numbers, held_days: Numbers) -> Numbers:
    """The rest of the class's minimum days, which is charged when an object leaves the class."""
    return np.maximum(_MINIMUM_DAYS[code] - held_days, 0) * storage_per_day(code, size)


def move(source: Codes | int, target: Codes | int, size: Numbers, tagged: bool = True) -> Numbers:
    """Of one move, without what leaving early costs: down by tag and lifecycle rule, up by copy, 0 for none."""
    down = _TRANSITION[target] + (_TAG if tagged else 0.0)
    up = _PUT[target] + read(source, size, size)
    moved = np.where(np.asarray(target) > np.asarray(source), down, up)
    return np.where(np.asarray(target) == np.asarray(source), 0.0, moved)


def minimum_days(code: Codes | int) -> Numbers:
    return np.asarray(_MINIMUM_DAYS[code])


def intelligent_per_day(size: Numbers, unread_days: Numbers) -> Numbers:
    """Of keeping an object in Intelligent-Tiering for a day, so many days after it was read last."""
    days, dollars = zip(*s3_prices.FREQUENCY, strict=True)
    monitored = size >= SMALLEST_BYTES
    tier = np.where(monitored, np.searchsorted(days, unread_days, side="right") - 1, 0)
    return np.array(dollars)[tier] / GB / DAYS_A_MONTH * size + np.where(monitored, _MONITORING, 0.0)
