"""Which of a file's pictures and sounds come first, as players choose. Pure.

A cover or a sheet of thumbnails is no picture. What is for some viewers only (a commentary, a description for the
blind) comes after what is for all, then what the file marks as its default comes first, then the larger picture; among
sounds, and among equals, the file's own order decides. Nothing that is not chosen is ever decoded for publication.
"""

from typing import Any

Stream = dict[str, Any]
"""A stream as ffprobe describes it."""

COVERS = ("attached_pic", "timed_thumbnails")
FOR_SOME = (
    "comment",
    "lyrics",
    "karaoke",
    "hearing_impaired",
    "visual_impaired",
    "clean_effects",
    "non_diegetic",
    "descriptions",
    "dependent",
    "still_image",
)
"""Before "default": where no track of a kind is marked, mp4 writers mark the first, were it a commentary."""


def pictures(streams: list[Stream]) -> list[Stream]:
    """Moving pictures, the one to use first."""
    moving = [one for one in streams if one.get("codec_type") == "video" and not _is(one, *COVERS)]
    return sorted(moving, key=lambda one: (*_rank(one), -one.get("width", 0) * one.get("height", 0)))


def sounds(streams: list[Stream]) -> list[Stream]:
    """Sounds, the one to use first."""
    return sorted((one for one in streams if one.get("codec_type") == "audio"), key=_rank)


def was_chosen(stream: Stream, usable: list[Stream], ranked: list[Stream]) -> bool:
    """Whether `stream` was chosen among several, or in place of the file's first of its kind."""
    return len(usable) > 1 or stream["index"] != min(one["index"] for one in ranked)


def _rank(stream: Stream) -> tuple[bool, bool]:
    return _is(stream, *FOR_SOME), not _is(stream, "default")


def _is(stream: Stream, *dispositions: str) -> bool:
    return any(stream.get("disposition", {}).get(name) for name in dispositions)
