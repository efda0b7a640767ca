"""What an asset says of each of its files: how it is coded, how large it is, and which byte ranges to fetch. Pure."""

from typing import Any

from reelstack.media import fetch_units, hls_writer
from reelstack.media.packager import Track


def rendition(track: Track, codec: str, sound: Track | None) -> dict[str, Any]:
    """Of a picture; its bandwidths are those with its sound."""
    peak, average = hls_writer.bandwidth(track, sound)
    return {
        "name": track.name,
        "codec": codec,
        "width": track.width,
        "height": track.height,
        "bandwidth": peak,
        "average_bandwidth": average,
        "codecs": track.codecs,
        "bytes": track.size,
        "header_bytes": track.header_bytes,
        "first_segment_bytes": track.fragments[0].size if track.fragments else 0,
        "unit_ends": fetch_units.picture_ends(track) if track.fragments else [],
        "frames": track.samples,
    }


def sound(track: Track) -> dict[str, Any]:
    return {"name": track.name, "unit_ends": fetch_units.sound_ends(track) if track.fragments else []}
