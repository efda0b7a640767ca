"""Refusals of operations."""

from reelstack.errors import Unprocessable


class TooManyToCount(Unprocessable):
    type, title = "too-many-to-count", "There are too many to count within a request"
