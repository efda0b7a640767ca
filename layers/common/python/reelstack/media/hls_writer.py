"""HLS playlists (RFC 8216, version 7) over single-file renditions. Pure."""

from fractions import Fraction

from reelstack.media import masters
from reelstack.media.packager import Track

VERSION = 7
SOUND_GROUP = "sound"


def media_playlist(track: Track, target_seconds: int) -> str:
    """The byte ranges of one rendition or of the sound. All of a clip have one target duration (RFC 8216 6.2.4)."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{target_seconds}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{track.file}",BYTERANGE="{track.header_bytes}@0"',
    ]
    for fragment in track.fragments:
        lines += [
            f"#EXTINF:{float(Fraction(fragment.ticks, track.timescale)):.6f},",
            f"#EXT-X-BYTERANGE:{fragment.size}@{fragment.offset}",
            track.file,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(pictures: list[Track], sound: Track | None, rate: Fraction) -> str:
    """These renditions, AVC first: a player begins with the first one it can decode, or chooses by SCORE."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{SOUND_GROUP}",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="2",URI="{sound.playlist}"'
        )
    for picture in masters.ordered(pictures):
        peak, average = bandwidth(picture, sound)
        attributes = [
            f"BANDWIDTH={peak}",
            f"AVERAGE-BANDWIDTH={average}",
            f'CODECS="{",".join(track.codecs for track in (picture, sound) if track)}"',
            f"RESOLUTION={picture.width}x{picture.height}",
            f"FRAME-RATE={float(rate):.3f}",
            f"SCORE={masters.score(picture)}",
            *([f'AUDIO="{SOUND_GROUP}"'] if sound else []),
        ]
        lines += [f"#EXT-X-STREAM-INF:{','.join(attributes)}", picture.playlist]
    return "\n".join([*lines, ""])


def master_playlists(pictures: list[Track], sound: Track | None, rate: Fraction) -> dict[str, str]:
    """File name -> playlist, for each kind of player (media.masters). That of all renditions comes last."""
    some = {masters.file_name(kind): tracks for kind, tracks in masters.narrowed(pictures).items()}
    return {name: master_playlist(tracks, sound, rate) for name, tracks in {**some, masters.MASTER: pictures}.items()}


def bandwidth(picture: Track, sound: Track | None) -> tuple[int, int]:
    """(peak, average) bits per second that playing this rendition takes, its sound included."""
    return (
        picture.peak_bps + (sound.peak_bps if sound else 0),
        picture.average_bps + (sound.average_bps if sound else 0),
    )
