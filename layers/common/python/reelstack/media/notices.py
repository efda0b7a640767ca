"""Notices tell the owner of a clip what production changed about it. Stored with the video, shown to its owner."""

from enum import StrEnum


class Notice(StrEnum):
    SOUND_DROPPED = "sound-dropped"
    SOUND_CHOSEN = "sound-chosen"
    PICTURE_CHOSEN = "picture-chosen"
    PICTURE_HELD = "picture-held"
    PICTURE_DAMAGED = "picture-damaged"
    HDR_CONVERTED = "hdr-converted"
    RATE_CHANGED = "rate-changed"
    SHAPE_CHANGED = "shape-changed"


MESSAGES = {
    Notice.SOUND_DROPPED: "The sound could not be decoded, so the clip was made without sound.",
    Notice.SOUND_CHOSEN: "The file has several sound tracks; one was used.",
    Notice.PICTURE_CHOSEN: "The file has several pictures; one was used.",
    Notice.PICTURE_HELD: "The sound lasts longer than the picture, so the nearest picture is shown meanwhile.",
    Notice.PICTURE_DAMAGED: "Parts of the picture were damaged and are shown as well as they could be decoded.",
    Notice.HDR_CONVERTED: "The clip was converted from HDR to standard colours.",
    Notice.RATE_CHANGED: "The clip was made with another frame rate than the file has.",
    Notice.SHAPE_CHANGED: "The picture changes its shape; later parts are shown with borders.",
}
