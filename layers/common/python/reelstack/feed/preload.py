"""Preload: what a client may fetch of a clip before it is watched. Pure."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel

from reelstack.platform.unchecked import Described, made


class ByteRange(BaseModel):
    """Of one rendition's file: from its first byte on."""

    name: str
    header_bytes: int
    """The initialisation segment, from byte 0."""
    first_segment_bytes: int
    """The first segment of picture, which follows it after the index."""
    first_unit_bytes: int | None = None
    """Header, index and first segment together: one range from byte 0. Null for a clip that was produced before units
    were kept; all units are in the item's `playback`."""


class Preload(BaseModel):
    renditions: list[Annotated[dict[str, Any], Described(ByteRange)]]
    """Empty for a clip that was produced before these sizes were kept."""
    poster_url: str | None
    color: str | None
    p_watch: list[float]
    """How likely the viewer still watches at 25, 50, 75 and 100 % of the clip."""


def of(renditions: Sequence[dict[str, Any]], poster_url: str | None, color: str | None, curve: list[float]) -> Preload:
    ranges = [_range(one) for one in renditions if "header_bytes" in one]
    return made(Preload, {"renditions": ranges, "poster_url": poster_url, "color": color, "p_watch": curve})


def _range(rendition: dict[str, Any]) -> dict[str, Any]:
    ends = rendition.get("unit_ends")
    return {
        "name": rendition["name"],
        "header_bytes": int(rendition["header_bytes"]),
        "first_segment_bytes": int(rendition["first_segment_bytes"]),
        "first_unit_bytes": int(ends[0]) if ends else None,
    }
