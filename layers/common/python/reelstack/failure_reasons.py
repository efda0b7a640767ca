"""Why a video was rejected or failed: the stored code, what its owner reads, and whether trying again can help.

Owners read sentences. A detail that is none (an error's name, a decoder's complaint, an address, a path) is replaced by
the general sentence of its reason; the logs have it as it was.
"""

import re
from dataclasses import dataclass

DETAIL_CHARACTERS = 200
PERSONS_DETAIL_CHARACTERS = 500
SENTENCES = re.compile(r"[A-Z0-9][A-Za-z0-9 ,;:.()%$_'-]*\.")
INTERNAL = re.compile(r"0x[0-9a-f]|\berror|\bcode\b|exception|(?<!\w)-\d{2,}", re.IGNORECASE)
"""What no sentence of this service holds: addresses, errors of programs and their return codes."""


@dataclass(frozen=True)
class Reason:
    code: str
    message: str
    retryable: bool = False
    by_person: bool = False
    """Its detail was written by a person, whose words stay as they are."""


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
        Reason("review-declined", "A moderator declined the clip.", by_person=True),
        Reason("taken-down", "A moderator took the clip down.", by_person=True),
        Reason("policy-changed", "The clip does not follow the rules of this service as they are now.", by_person=True),
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


def readable(reason: str, detail: str | None) -> str:
    """What the owner of a video reads beside its reason: `detail` if that is a person's or a sentence of ours."""
    known = REASONS.get(reason)
    if known is None or (known.by_person and detail):
        return (detail or "")[:PERSONS_DETAIL_CHARACTERS]
    told = detail or ""
    if len(told) <= DETAIL_CHARACTERS and SENTENCES.fullmatch(told) and not INTERNAL.search(told):
        return told
    return known.message


class Refused(Exception):
    """The file itself cannot be produced, and trying again will not help. `reason` is a code of REASONS, `detail` a
    sentence for the owner, `complaint` what a program said, for the logs."""

    def __init__(self, reason: str, detail: str = "", complaint: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = REASONS[reason].code
        self.detail = detail or REASONS[reason].message
        self.complaint = complaint
