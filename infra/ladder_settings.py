"""Settings of what a clip is encoded as: part of infra/settings.py."""

from typing import Literal, Self

from pydantic import Field, model_validator

from infra.storage_settings import StorageSettings


class LadderSettings(StorageSettings):
    avc_rungs: tuple[int, ...] = (480, 720)
    """Short sides that also have an H.264 rendition: browsers on Linux play no HEVC."""
    av1_rungs: tuple[Literal[480, 720, 1080], ...] = ()
    """Short sides that also have an AV1 rendition, which Chromium plays everywhere: docs/decisions/media.md, "AV1"."""
    av1_preset: int = Field(default=8, ge=4, le=9)
    """Of SVT-AV1: each step down takes about half as long again, for a few per cent fewer bits. From 10 on its makers
    warn of artefacts."""
    ladder_policy: Literal["full", "popular"] = "full"
    """`popular`: a clip is published with its first rung and one efficient rendition; the rest is made at low priority
    once it has been played `ladder_plays` times, or stands on a page that everybody is shown. docs/clips.md says what
    that saves."""
    ladder_plays: int = Field(default=100, ge=1)

    @model_validator(mode="after")
    def _what_was_left_out_can_be_made(self) -> Self:
        if self.ladder_policy == "popular" and self.originals_policy == "delete":
            raise ValueError("ladder_policy popular makes renditions of originals: originals_policy is not delete")
        return self
