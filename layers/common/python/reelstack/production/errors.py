"""Refusals of production: what cannot be encoded again."""

from reelstack.errors import Conflict, Unprocessable


class NothingToReencode(Conflict):
    type, title = "nothing-to-reencode", "Only a published video can be made anew"


class RenditionUnknown(Unprocessable):
    type, title = "rendition-unknown", "This video has no rendition of that name"
