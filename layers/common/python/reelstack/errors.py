"""Every way Reelstack says no, and what an HTTP client is told.

ReelstackError 500
├── NotFound 404            VideoNotFound · UploadNotFound · UserNotFound · SessionNotFound · RequestNotFound
│                           CommentNotFound · RouteNotFound · ExportNotFound · ErasureNotFound · SearchDisabled
├── MethodNotAllowed 405 · MalformedBody 400 · TooManyRequests 429
├── Forbidden 403           NotYourVideo · NotYourUpload · UploadMismatch · RoleMissing · DirectAccessRefused
│                           TooManyOpenUploads · DailyUploadsExceeded · DailyBytesExceeded
│                           VideoPrivate · VideoModerated · OwnVideo · SecondReviewerRequired
│                           VideoForFriends · AccountPrivate · AccountForFriends · FollowingLimitReached
│                           FollowerLimitReached · NotYourComment · OwnComment · AccountSuspended · OwnAccount
│                           TooManyDevices
├── Unauthorized 401        TokenMissing · SessionRevoked
├── Conflict 409            VideoProcessing · VideoNotEditable · NothingToDecide · NothingToRetry
│                           NothingToReencode · WithdrawalInProgress
│                           ReviewHeld · NothingToTakeDown · NothingToAppeal · AlreadyAppealed · AppealTooLate
│                           UploadFinished · UploadAborted · PartsMissing · IdempotencyKeyReused · RequestInProgress
│                           HandleTaken · HandleChangedRecently · RolesManagedExternally · NothingToRecover
│                           ReindexEnded
├── TooLarge 413            FileTooLarge · RequestTooLarge
├── UnsupportedType 415     MediaTypeNotAllowed · ImageTypeNotAllowed
├── Unprocessable 422       PartNumberOutOfRange · CursorInvalid · NothingToChange
│                           RenditionUnknown · WrongMode · SelfRelationship · InvalidRequest · IdempotencyKeyInvalid
│                           CommentRejected · NotAThread · TooManyToCount
│                           HandleInvalid · HandleReserved · TextRejected · SearchEmpty
└── Unavailable 503         StorageBusy · SearchUnavailable

Stored reasons (a video's `reason`, not an HTTP answer) are in `reelstack.failure_reasons`.
"""

from typing import Any


class ReelstackError(Exception):
    """A fact that stops a request. `status` and `type` go into the problem+json answer; the message is its `detail`."""

    status = 500
    type = "internal"
    title = "Something went wrong on our side"
    retry_after: int | None = None
    """Seconds after which it makes sense to ask again; goes into the header of that name."""

    def __init__(self, detail: str = "", *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.retry_after = retry_after or type(self).retry_after
        self.extra = extra


class NotFound(ReelstackError):
    status, type, title = 404, "not-found", "There is no such thing"


class VideoNotFound(NotFound):
    type, title = "video-not-found", "There is no such video"


class UploadNotFound(NotFound):
    type, title = "upload-not-found", "There is no such upload"


class CommentNotFound(NotFound):
    type, title = "comment-not-found", "There is no such comment"


class UserNotFound(NotFound):
    """Also what somebody is told about a user who blocked them, or whom they blocked."""

    type, title = "user-not-found", "There is no such person"


class RequestNotFound(NotFound):
    type, title = "request-not-found", "This user does not ask to follow you"


class SessionNotFound(NotFound):
    type, title = "session-not-found", "There is no such session of yours"


class ExportNotFound(NotFound):
    type, title = "export-not-found", "No export was asked for, or its files are gone again"


class ErasureNotFound(NotFound):
    type, title = "erasure-not-found", "This account is not being deleted"


class RouteNotFound(NotFound):
    type, title = "route-not-found", "Nothing of this API has that address"


class SearchDisabled(NotFound):
    """Not 503: no waiting helps a stage of profile `core`, which has no search engine."""

    type, title = "search-disabled", "This stage has no search"


class MethodNotAllowed(ReelstackError):
    status, type, title = 405, "method-not-allowed", "This address does not take that method"


class MalformedBody(ReelstackError):
    status, type, title = 400, "malformed-json", "The request body is not JSON"


class TooManyRequests(ReelstackError):
    status, type, title = 429, "too-many-requests", "Too many requests"


class Forbidden(ReelstackError):
    status, type, title = 403, "forbidden", "You may not do this"


class NotYourVideo(Forbidden):
    type, title = "not-your-video", "This video belongs to someone else"


class NotYourComment(Forbidden):
    type, title = "not-your-comment", "This comment belongs to someone else"


class NotYourUpload(Forbidden):
    type, title = "not-your-upload", "This upload belongs to someone else"


class UploadMismatch(Forbidden):
    type, title = "upload-mismatch", "Key and upload id are not those this upload was opened with"


class QuotaExceeded(Forbidden):
    type, title = "quota-exceeded", "You have uploaded as much as you may for now"


class TooManyOpenUploads(QuotaExceeded):
    type, title = "too-many-open-uploads", "Complete or abort an upload before you begin another"


class DailyUploadsExceeded(QuotaExceeded):
    type, title = "daily-uploads-exceeded", "You may begin more uploads tomorrow"


class DailyBytesExceeded(QuotaExceeded):
    type, title = "daily-bytes-exceeded", "You may upload more bytes tomorrow"


class RoleMissing(Forbidden):
    type, title = "role-missing", "Your account lacks the role for this"


class DirectAccessRefused(Forbidden):
    type, title = "direct-access-refused", "The API answers only through the CDN"


class VideoPrivate(Forbidden):
    type, title = "video-private", "This video is private"


class VideoForFriends(Forbidden):
    type, title = "video-for-friends", "This video is for people who follow its owner and whom its owner follows"


class AccountPrivate(Forbidden):
    type, title = "account-private", "This account shows what it has to its followers only"


class AccountForFriends(Forbidden):
    type, title = (
        "account-for-friends",
        "This account shows what it has to those only who follow it and whom it follows",
    )


class FollowingLimitReached(Forbidden):
    type, title = "following-limit-reached", "You follow as many users as one may"


class FollowerLimitReached(Forbidden):
    type, title = "follower-limit-reached", "They follow as many users as one may"


class VideoModerated(Forbidden):
    type, title = "video-moderated", "This video was taken out by moderation"


class OwnVideo(Forbidden):
    type, title = "own-video", "Nobody judges a video of their own"


class OwnComment(Forbidden):
    type, title = "own-comment", "Nobody judges a comment of their own"


class SecondReviewerRequired(Forbidden):
    type, title = "second-reviewer-required", "An appeal is decided by someone else than the first verdict was"


class TooManyDevices(Forbidden):
    type, title = "too-many-devices", "Remove a device before you register another"


class AccountSuspended(Forbidden):
    type, title = "account-suspended", "This account is suspended: it may look, and change nothing"


class OwnAccount(Forbidden):
    type, title = "own-account", "Administrators do this to others' accounts only"


class Unauthorized(ReelstackError):
    status, type, title = 401, "unauthorized", "Sign in first"


class TokenMissing(Unauthorized):
    type, title = "token-missing", "Send an access token as 'Authorization: Bearer ...'"


class SessionRevoked(Unauthorized):
    type, title = "session-revoked", "This session was ended; sign in again"


class Conflict(ReelstackError):
    status, type, title = 409, "conflict", "The state of things does not allow this"


class VideoProcessing(Conflict):
    type, title = "video-processing", "This video is still being made"


class UploadFinished(Conflict):
    type, title = "upload-finished", "This upload is already complete"


class UploadAborted(Conflict):
    type, title = "upload-aborted", "This upload was aborted"


class PartsMissing(Conflict):
    type, title = "parts-missing", "Storage does not hold the whole file yet"


class NothingToDecide(Conflict):
    type, title = "nothing-to-decide", "This video is not waiting for a decision"


class ReviewHeld(Conflict):
    type, title = "review-held", "Another moderator is looking at this video"


class NothingToTakeDown(Conflict):
    type, title = "nothing-to-take-down", "This video is not published"


class NothingToAppeal(Conflict):
    type, title = "nothing-to-appeal", "There is no verdict of moderation to appeal against"


class AlreadyAppealed(Conflict):
    type, title = "already-appealed", "This verdict was appealed before"


class AppealTooLate(Conflict):
    type, title = "appeal-too-late", "The time to appeal against this verdict is over"


class WithdrawalInProgress(Conflict):
    type, title = "withdrawal-in-progress", "This video is still being withdrawn; decide in a moment"


class NothingToRetry(Conflict):
    type, title = "nothing-to-retry", "Only a failed production can be tried again"


class NothingToReencode(Conflict):
    type, title = "nothing-to-reencode", "Only a published video can be made anew"


class VideoNotEditable(Conflict):
    type, title = "video-not-editable", "This video cannot be changed in its present state"


class IdempotencyKeyReused(Conflict):
    type, title = "idempotency-key-reused", "This Idempotency-Key came before with another request"


class HandleTaken(Conflict):
    type, title = "handle-taken", "Somebody else has this handle, or had it lately"


class HandleChangedRecently(Conflict):
    type, title = "handle-changed-recently", "A new handle can be claimed only now and then"


class RolesManagedExternally(Conflict):
    type, title = (
        "roles-managed-externally",
        "Accounts of this stage are kept by another issuer, and their roles with them",
    )


class NothingToRecover(Conflict):
    type, title = "nothing-to-recover", "This account is not waiting to be erased"


class ReindexEnded(Conflict):
    type, title = "reindex-ended", "This rebuild has ended, or another one has taken its place"


class RequestInProgress(Conflict):
    type, title = "request-in-progress", "The first request with this Idempotency-Key is still being answered"
    retry_after = 1


class TooLarge(ReelstackError):
    status, type, title = 413, "too-large", "That is too large"


class FileTooLarge(TooLarge):
    type, title = "file-too-large", "The file is larger than this service takes"


class RequestTooLarge(TooLarge):
    type, title = "request-too-large", "The request body is larger than this service reads"


class UnsupportedType(ReelstackError):
    status, type, title = 415, "unsupported-type", "This type is not supported"


class MediaTypeNotAllowed(UnsupportedType):
    type, title = "media-type-not-allowed", "Only video files are taken: mp4, mov, webm, mkv"


class ImageTypeNotAllowed(UnsupportedType):
    type, title = "image-type-not-allowed", "Only pictures are taken: JPEG, PNG, WebP"


class Unprocessable(ReelstackError):
    status, type, title = 422, "unprocessable", "The request cannot be carried out as it is"


class PartNumberOutOfRange(Unprocessable):
    type, title = "part-number-out-of-range", "This upload has no part with that number"


class WrongMode(Unprocessable):
    type, title = "wrong-mode", "An upload of this mode is not sent that way"


class CursorInvalid(Unprocessable):
    type, title = "cursor-invalid", "This cursor is not one this service gave out"


class NothingToChange(Unprocessable):
    type, title = "nothing-to-change", "The request names no field to change"


class CommentRejected(Unprocessable):
    type, title = "comment-rejected", "Moderation does not take this text"


class NotAThread(Unprocessable):
    type, title = "not-a-thread", "A reply has no replies: answer the comment it answers"


class TooManyToCount(Unprocessable):
    type, title = "too-many-to-count", "There are too many to count within a request"


class RenditionUnknown(Unprocessable):
    type, title = "rendition-unknown", "This video has no rendition of that name"


class SelfRelationship(Unprocessable):
    type, title = "self-relationship", "Nobody follows or blocks themselves"


class HandleInvalid(Unprocessable):
    type, title = "handle-invalid", "3 to 30 letters a-z and digits; a dot or underline may stand between two of them"


class HandleReserved(Unprocessable):
    type, title = "handle-reserved", "This handle is not for anybody to have"


class TextRejected(Unprocessable):
    type, title = "text-rejected", "This name holds a word that others should not have to read"


class SearchEmpty(Unprocessable):
    type, title = "search-empty", "Say what to look for: words, or a tag"


class InvalidRequest(Unprocessable):
    type, title = "invalid-request", "The request does not have the right form"


class IdempotencyKeyInvalid(Unprocessable):
    type, title = "idempotency-key-invalid", "An Idempotency-Key has 8 to 128 printable characters"


class Unavailable(ReelstackError):
    status, type, title = 503, "unavailable", "Try again in a moment"
    retry_after = 1


class StorageBusy(Unavailable):
    type, title = "storage-busy", "Storage is busy; try again in a moment"


class SearchUnavailable(Unavailable):
    type, title = "search-unavailable", "Search does not answer; everything else does"
    retry_after = 5
