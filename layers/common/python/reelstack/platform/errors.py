"""Refusals that every room shares: of a cursor, and of storage that several requests change at once."""

from reelstack.errors import Unavailable, Unprocessable


class CursorInvalid(Unprocessable):
    type, title = "cursor-invalid", "This cursor is not one this service gave out"


class StorageBusy(Unavailable):
    type, title = "storage-busy", "Storage is busy; try again in a moment"
