"""Refusals of uploads: who may send what, how much, and in which state of the upload."""

from reelstack.errors import Conflict, Forbidden, NotFound, TooLarge, Unprocessable, UnsupportedType


class UploadNotFound(NotFound):
    type, title = "upload-not-found", "There is no such upload"


class UploadMismatch(Forbidden):
    type, title = "upload-mismatch", "Key and upload id are not those this upload was opened with"


class QuotaExceeded(Forbidden):
    type, title = "quota-exceeded", "You have uploaded as much as you may for now"


class TooManyOpenUploads(QuotaExceeded):
    type, title = "too-many-open-uploads", "Complete or abort an upload before you begin another"


class DailyUploadsExceeded(QuotaExceeded):
    type, title = "daily-uploads-exceeded", "You may begin more uploads tomorrow"


class DailyProductionExceeded(QuotaExceeded):
    type, title = (
        "daily-production-exceeded",
        "Making your videos has cost what it may in a day; you may begin more tomorrow",
    )


class DailyBytesExceeded(QuotaExceeded):
    type, title = "daily-bytes-exceeded", "You may upload more bytes tomorrow"


class UploadFinished(Conflict):
    type, title = "upload-finished", "This upload is already complete"


class UploadAborted(Conflict):
    type, title = "upload-aborted", "This upload was aborted"


class PartsMissing(Conflict):
    type, title = "parts-missing", "Storage does not hold the whole file yet"


class FileTooLarge(TooLarge):
    type, title = "file-too-large", "The file is larger than this service takes"


class MediaTypeNotAllowed(UnsupportedType):
    type, title = "media-type-not-allowed", "Only video files are taken: mp4, mov, webm, mkv"


class PartNumberOutOfRange(Unprocessable):
    type, title = "part-number-out-of-range", "This upload has no part with that number"


class WrongMode(Unprocessable):
    type, title = "wrong-mode", "An upload of this mode is not sent that way"
