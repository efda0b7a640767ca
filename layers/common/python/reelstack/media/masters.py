"""Which master playlists a clip has: one of all renditions, and one for each kind of player that needs another. Pure.

    master.m3u8            all codecs, for who chooses by CODECS and SCORE; what an address without an edge gives
    master-avc.m3u8        players that decode AVC alone
    master-hevc.m3u8       AVC and HEVC, of a clip that has a third codec
    master-av1.m3u8        AVC and AV1, of a clip that has a third codec
    master-low.m3u8        the smallest AVC rendition: devices that are none of those that the edge knows

Only what differs is stored: of a clip with HEVC and one AVC rendition, master.m3u8 and master-avc.m3u8. Its address
says which there are, `master.m3u8?masters=avc`. infra/edge/media_token.js puts the name of one of them in the place of
master.m3u8, as the player's codecs= or its device says, and keeps the query out of the cache: that holds five playlists
of a clip at most. A clip that was packaged when there was one has an address without this, and keeps its one.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # playback needs the names alone, at each cold start
    from reelstack.media.packager import Track

MASTER = "master.m3u8"
ORDER = ("avc", "hevc", "av1")
"""AVC first: every player decodes it, and one that does not choose begins with the first. Then by bits saved."""
LOW = "low"


def codec_of(track: "Track") -> str:
    """ "hevc" of "hevc-720"."""
    return track.name.partition("-")[0]


def ordered(pictures: Sequence["Track"]) -> list["Track"]:
    """AVC first; those of a codec as they were given."""
    return sorted(pictures, key=lambda track: ORDER.index(codec_of(track)) if codec_of(track) in ORDER else len(ORDER))


def narrowed(pictures: Sequence["Track"]) -> dict[str, list["Track"]]:
    """Kind of player -> its renditions, where they are others than those that it would be given otherwise."""
    everything = ordered(pictures)
    avc, with_hevc, with_av1 = (
        [track for track in everything if codec_of(track) in ("avc", other)] for other in ("avc", "hevc", "av1")
    )
    if not avc:
        return {}
    smallest = [min(avc, key=lambda track: track.width * track.height)]
    # The third of each is what the edge takes where the kind has no object of its own.
    kinds = (("avc", avc, everything), ("hevc", with_hevc, everything), ("av1", with_av1, avc), (LOW, smallest, avc))
    return {kind: tracks for kind, tracks, otherwise in kinds if tracks != otherwise}


def file_name(kind: str) -> str:
    return f"master-{kind}.m3u8"


def address_name(master: str, kinds: Collection[str]) -> str:
    """The last part of a clip's address; the one object's name if there are no others."""
    return f"{master}?masters={'-'.join(sorted(kinds))}" if kinds else master


def score(track: "Track") -> str:
    """SCORE of a variant: a larger picture before a smaller one, and of one size what looks better for its bits."""
    short, codec = min(track.width, track.height), codec_of(track)
    return f"{short / 100 + (ORDER.index(codec) / 10 if codec in ORDER else 0):.2f}"
