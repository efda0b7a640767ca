"""Refusals of exports and of the deletion of an account."""

from reelstack.errors import Conflict, NotFound


class ExportNotFound(NotFound):
    type, title = "export-not-found", "No export was asked for, or its files are gone again"


class ErasureNotFound(NotFound):
    type, title = "erasure-not-found", "This account is not being deleted"


class NothingToRecover(Conflict):
    type, title = "nothing-to-recover", "This account is not waiting to be erased"
