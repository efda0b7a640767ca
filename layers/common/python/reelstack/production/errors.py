"""Refusals of production: what cannot be encoded again, or not any more."""

from reelstack.errors import Conflict, Unprocessable


class NothingToReencode(Conflict):
    type, title = "nothing-to-reencode", "Only a published video can be made anew"


class OriginalGone(Conflict):
    type, title = "original-gone", "Its original was deleted after it was published, so it cannot be made anew"


class RenditionUnknown(Unprocessable):
    type, title = "rendition-unknown", "This video has no rendition of that name"


class NothingToRetry(Conflict):
    type, title = "nothing-to-retry", "Only a failed production can be tried again"


class RetriesExhausted(Conflict):
    type, title = (
        "retries-exhausted",
        "This video was tried as often as its owner may ask; an administrator can retry it",
    )
