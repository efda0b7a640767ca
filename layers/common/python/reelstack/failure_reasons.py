"""Why a video was rejected or failed: the stored code, what its owner reads, and whether trying again can help."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    code: str
    message: str
    retryable: bool = False


REASONS = {
    reason.code: reason
    for reason in (
        # found by probe: the file itself
        Reason("empty-file", "The file is empty."),
        Reason("not-a-video", "The file is not a video this service can read."),
        Reason("type-mismatch", "The file is not of the type it was announced as."),
        Reason("playlist-not-allowed", "The file is a playlist that points elsewhere; send the video itself."),
        Reason("no-video-stream", "The file has no picture, only sound or data."),
        Reason("truncated", "The file ends too early: it was cut off before or while it was uploaded."),
        Reason("corrupt", "The file is damaged and could not be decoded."),
        Reason("too-long", "The clip is longer than this service takes."),
        Reason("too-large-picture", "The picture is larger than this service takes."),
        Reason("picture-too-small", "The picture is too small to be encoded."),
        Reason("codec-not-supported", "The picture is stored in a format this service does not read."),
        Reason("too-many-streams", "The file holds too many streams."),
        Reason("too-many-pictures", "The clip shows more pictures a second than this service takes."),
        Reason("too-demanding", "Decoding the file takes more time or memory than a clip may."),
        Reason("checksum-mismatch", "The file that arrived is not the file that was announced (SHA-256 differs)."),
        Reason("file-missing", "The uploaded file is no longer in storage."),
        # found by moderation
        Reason("moderated", "The clip does not follow the rules of this service."),
        Reason("review-declined", "A moderator declined the clip."),
        Reason("taken-down", "A moderator took the clip down."),
        Reason("policy-changed", "The clip does not follow the rules of this service as they are now."),
        Reason("review-expired", "Nobody reviewed the clip in time.", retryable=True),
        # found by nobody: something broke
        Reason("production-failed", "Something broke while the clip was being made.", retryable=True),
        Reason("production-timeout", "Making the clip took too long.", retryable=True),
        Reason("transcoder-failed", "The transcoding service could not make the clip.", retryable=True),
        Reason("transcode-too-costly", "Making the clip would cost more than this service allows."),
        Reason("inspection-failed", "The clip could not be looked at.", retryable=True),
        Reason("work-expired", "It was decided so late that the clip must be made again.", retryable=True),
        Reason("production-lost", "The production vanished before it ended.", retryable=True),
    )
}


class Refused(Exception):
    """The file itself cannot be produced, and trying again will not help. `reason` is a code of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = REASONS[reason].code
        self.detail = detail or REASONS[reason].message
