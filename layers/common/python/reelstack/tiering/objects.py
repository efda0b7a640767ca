"""A night's objects, as arrays: what every policy decides from. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelstack.platform.s3_prices import SMALLEST_BYTES
from reelstack.tiering.classes import GLACIER_IR, IA_FROM_DAYS, STANDARD, Codes, Numbers

WINDOW_DAYS = 30
WEEK_DAYS = 7


@dataclass(frozen=True)
class Objects:
    """A night's objects, a row for each."""

    size: Numbers
    """Bytes."""
    code: Codes
    """The present class."""
    held_days: Numbers
    """Since it is in that class."""
    age_days: Numbers
    """Since it was published."""
    origin_bytes: Numbers
    """[objects, 30]: read at the origin on each of the last 30 days, oldest first."""
    plays: Numbers
    """[objects, 7]: of its clip on each of the last 7 days, oldest first."""
    unplayed_days: Numbers
    """Since its clip was played last; its age if it never was."""

    def __len__(self) -> int:
        return len(self.size)

    @property
    def reads(self) -> Numbers:
        """[objects, 30]: the same in whole objects."""
        return self.origin_bytes / np.maximum(self.size, 1)[:, None]

    @property
    def unread_days(self) -> Numbers:
        """Since the last read at the origin; of one that was not read in 30 days, since it is in its class, which is
        30 at least."""
        newest = np.argmax(self.origin_bytes[:, ::-1] > 0, axis=1).astype(float)
        return np.where(self.origin_bytes.any(axis=1), newest, np.maximum(self.held_days, WINDOW_DAYS))

    @property
    def movable(self) -> NDArray[np.bool_]:
        """Archives are left alone: their objects have to be restored first."""
        return np.asarray((self.size >= SMALLEST_BYTES) & (self.code <= GLACIER_IR))

    @property
    def ia_allowed(self) -> NDArray[np.bool_]:
        """A lifecycle rule brings nothing to Standard-IA earlier; a copy up does."""
        return np.asarray((self.code != STANDARD) | (self.held_days >= IA_FROM_DAYS))
