"""Fetch units: the byte ranges of a rendition that a player asks for at once, several segments long. Pure.

Requests cost like bytes. A player that goes by playlists asks for every 2 s of picture and of sound, which is 60
requests a minute; playlists stay as they are, since every player reads them. A unit is named by where it ends: it
begins where the one before ended, the first one at byte 0, so that the header and the index are in it.

    picture   header, index and the first segment, since nothing is shown before they are there; then 8 s each
    sound     the whole file up to 60 s; then 30 s each
"""

from fractions import Fraction

from reelstack.media.packager import Fragment, Track

PICTURE_SECONDS = 8
SOUND_WHOLE_SECONDS, SOUND_SECONDS = 60, 30
SHORTEST_SECONDS = 2
"""What would be left of a clip after a unit and is shorter joins that unit."""
MOST = 16
"""Of a file, two minutes of picture: after them a player goes by the playlist. A clip's item stays below 4 KB, which a
read of it is counted in."""


def picture_ends(track: Track) -> list[int]:
    """Where each unit ends: bytes from the beginning of the file, exclusive."""
    first, *others = track.fragments
    return [_end(first), *_ends(others, track.timescale, PICTURE_SECONDS)][:MOST]


def sound_ends(track: Track) -> list[int]:
    """The same of sound."""
    if track.seconds <= SOUND_WHOLE_SECONDS:
        return [track.size]
    return _ends(list(track.fragments), track.timescale, SOUND_SECONDS)[:MOST]


def _ends(fragments: list[Fragment], timescale: int, seconds: int) -> list[int]:
    """Units as long as possible, but no longer than `seconds` unless a single fragment or a short rest is."""
    ends: list[int] = []
    left = Fraction(sum(fragment.ticks for fragment in fragments), timescale)
    held = Fraction(0)
    for number, fragment in enumerate(fragments):
        lasts = Fraction(fragment.ticks, timescale)
        held, left = held + lasts, left - lasts
        following = fragments[number + 1].ticks if number + 1 < len(fragments) else 0
        full = held + Fraction(following, timescale) > seconds and left >= SHORTEST_SECONDS
        if full or not following:
            ends.append(_end(fragment))
            held = Fraction(0)
    return ends


def _end(fragment: Fragment) -> int:
    return fragment.offset + fragment.size
