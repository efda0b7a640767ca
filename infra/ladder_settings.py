"""Settings of what a clip is encoded as: part of infra/settings.py."""

from typing import Literal

from pydantic import BaseModel, Field


class LadderSettings(BaseModel):
    avc_rungs: tuple[int, ...] = (480, 720)
    """Short sides that also have an H.264 rendition: browsers on Linux play no HEVC."""
    av1_rungs: tuple[Literal[480, 720, 1080], ...] = ()
    """Short sides that also have an AV1 rendition, which Chromium plays everywhere: docs/decisions/media.md, "AV1"."""
    av1_preset: int = Field(default=8, ge=4, le=9)
    """Of SVT-AV1: each step down takes about half as long again, for a few per cent fewer bits. From 10 on its makers
    warn of artefacts."""
    ladder_policy: Literal["full", "popular"] = "full"
    """`popular`: a clip is published with its first rung and one efficient rendition; the rest is made at low priority
    once it has been played `ladder_plays` times. docs/clips.md says what that saves."""
    ladder_plays: int = Field(default=100, ge=1)
