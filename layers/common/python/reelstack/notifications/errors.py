"""Refusals of notifications."""

from reelstack.errors import Forbidden


class TooManyDevices(Forbidden):
    type, title = "too-many-devices", "Remove a device before you register another"
