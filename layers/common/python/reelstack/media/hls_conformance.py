"""Holds a playable asset to RFC 8216 and Apple's HLS authoring specification. Pure: it reads through hls_files.Files.

Nothing a playlist says is believed: durations, codecs, sizes and bit rates are measured in the files it names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from reelstack.media.hls_reader import Files, NotReadable, Playlist, Stream, read_playlist, read_stream
from reelstack.media.mp4_boxes import NotOurMp4

RULES = {
    "readable": "every file a playlist names is there and is fragmented mp4 (RFC 8216 3.3; Apple 1.2, 1.5)",
    "m3u-header": "a playlist begins with #EXTM3U (RFC 8216 4.3.1.1)",
    "version": "EXT-X-VERSION is at least 6: EXT-X-MAP without I-frames only (RFC 8216 7)",
    "independent-segments": "EXT-X-INDEPENDENT-SEGMENTS is there (Apple, media playlists)",
    "vod-ended": "a playlist of type VOD ends with EXT-X-ENDLIST (RFC 8216 4.3.3.4, 4.3.3.5)",
    "target-duration": "no segment, rounded, is longer than EXT-X-TARGETDURATION (RFC 8216 4.3.3.1)",
    "same-target-duration": "all playlists of a clip have the same target duration (RFC 8216 6.2.4)",
    "byte-range": "byte ranges lie within their file (RFC 8216 4.3.2.2)",
    "segment-boundary": "a segment is whole fragments and begins with a key frame (RFC 8216 3.3, 4.3.5.1)",
    "segment-duration": "EXTINF is what the segment lasts, to a hundredth of a second (RFC 8216 4.3.2.1)",
    "timeline": "each segment begins when the one before it ends (RFC 8216 3)",
    "aligned-segments": "segments of all pictures begin at the same times (RFC 8216 6.2.4)",
    "same-duration": "all renditions last as long as each other, sound to a tenth of a second (RFC 8216 6.2.4)",
    "key-frames": "a segment is at most two seconds and a picture: so far are key frames apart (Apple 1.10)",
    "bandwidth": "BANDWIDTH is the peak rate measured, never less, at most 10 % more (RFC 8216 4.3.4.2; Apple 9)",
    "average-bandwidth": "AVERAGE-BANDWIDTH is within 10 % of the average measured (RFC 8216 4.3.4.2; Apple 9)",
    "codecs": "CODECS names what the files hold, picture and sound (RFC 8216 4.3.4.2)",
    "hvc1": "HEVC is stored as hvc1, with its parameters in the header (Apple 1.10)",
    "resolution": "RESOLUTION is the size of the picture (RFC 8216 4.3.4.2)",
    "frame-rate": "FRAME-RATE is there, true, and at most 60 (Apple 9, 1.15)",
    "audio-group": "AUDIO names a group of EXT-X-MEDIA with an address, the same for all (RFC 8216 4.3.4.2.1)",
    "avc-variant": "some variant is AVC: many devices play neither HEVC nor AV1 (Apple 1.8)",
}
NEAR, SOUND_NEAR = Fraction(1, 100), Fraction(1, 10)
"""Seconds by which durations may differ: of one stream, and of sound and picture."""
TEN_PERCENT = Fraction(11, 10)
LONGEST_GOP = 2
FASTEST = 60


@dataclass(frozen=True)
class Finding:
    """A broken rule, and where."""

    rule: str
    where: str
    says: str


def check(files: Files, master: str) -> list[Finding]:
    """Every rule that the asset behind a master playlist breaks; none for one that is in order."""
    return [Finding(*found) for found in _check(files, master)]


Found = Iterator[tuple[str, str, str]]


def _check(files: Files, name: str) -> Found:
    try:
        master = read_playlist(files, name)
    except NotReadable as error:
        yield "readable", name, str(error)
        return
    yield from _check_head(master)
    if not master.variants:
        yield "readable", name, "names no variant"
    streams: dict[str, Stream] = {}
    for uri in dict.fromkeys([uri for uri, _ in master.variants] + [m["URI"] for m in master.media if "URI" in m]):
        try:
            stream = streams[uri] = read_stream(files, read_playlist(files, uri))
        except (NotReadable, NotOurMp4) as error:
            yield "readable", uri, str(error)
        else:
            yield from _check_head(stream.playlist)
            yield from _check_segments(files, stream)
    pictures = {uri: streams[uri] for uri, _ in master.variants if uri in streams}
    yield from _check_together(master, streams, pictures)
    for uri, attributes in master.variants:
        if uri in streams and streams[uri].whole:
            yield from _check_variant(uri, attributes, streams[uri], _sound(master, attributes, streams))


def _check_head(playlist: Playlist) -> Found:
    if not playlist.header:
        yield "m3u-header", playlist.name, "another first line"
    version = playlist.tags.get("EXT-X-VERSION", "1")
    if not version.isdigit() or int(version) < 6:
        yield "version", playlist.name, f"version {version}"
    if "EXT-X-INDEPENDENT-SEGMENTS" not in playlist.tags:
        yield "independent-segments", playlist.name, "the tag is missing"


def _check_segments(files: Files, stream: Stream) -> Found:
    playlist = stream.playlist
    if playlist.tags.get("EXT-X-PLAYLIST-TYPE") != "VOD" or "EXT-X-ENDLIST" not in playlist.tags:
        yield "vod-ended", playlist.name, "is no VOD playlist or has no end"
    if not playlist.segments:
        yield "readable", playlist.name, "names no segment"
    for number in range(len(playlist.segments)):
        yield from _check_segment(files, stream, number)
    for number, (before, after) in enumerate(pairwise(stream.measured), start=1):
        if stream.whole and before.start + before.seconds != after.start:
            yield "timeline", f"{playlist.name}#{number}", f"begins at {float(after.start):.3f} s"


def _check_segment(files: Files, stream: Stream, number: int) -> Found:
    playlist, segment, measured = stream.playlist, stream.playlist.segments[number], stream.measured[number]
    where = f"{playlist.name}#{number}"
    if int(segment.seconds + 0.5) > playlist.target_seconds:
        yield "target-duration", where, f"{segment.seconds} s of at most {playlist.target_seconds}"
    if segment.offset + segment.size > files.size(segment.uri):
        yield "byte-range", where, f"ends at {segment.offset + segment.size} of {files.size(segment.uri)} bytes"
    elif measured.fault:
        yield "segment-boundary", where, measured.fault
    elif abs(Fraction(segment.seconds) - measured.seconds) > NEAR:
        yield "segment-duration", where, f"says {segment.seconds} s, lasts {float(measured.seconds):.3f} s"
    if stream.width and not measured.fault and measured.seconds > LONGEST_GOP + measured.seconds / measured.samples:
        yield "key-frames", where, f"{float(measured.seconds):.3f} s without another"


def _check_together(master: Playlist, streams: dict[str, Stream], pictures: dict[str, Stream]) -> Found:
    if len({stream.playlist.target_seconds for stream in streams.values()}) > 1:
        yield "same-target-duration", master.name, "target durations differ"
    whole = {uri: stream for uri, stream in pictures.items() if stream.whole}
    if whole:
        first, *others = whole.items()
        for uri, stream in others:
            if [one.seconds for one in stream.measured] != [one.seconds for one in first[1].measured]:
                yield "aligned-segments", uri, f"cut otherwise than {first[0]}"
        for uri, stream in streams.items():
            near = NEAR if uri in pictures else SOUND_NEAR
            if stream.whole and abs(stream.seconds - first[1].seconds) > near:
                yield "same-duration", uri, f"{float(stream.seconds):.3f} s, {first[0]} {float(first[1].seconds):.3f} s"
    if pictures and not any(stream.codecs.startswith("avc1") for stream in pictures.values()):
        yield "avc-variant", master.name, "no AVC"
    groups = {media.get("GROUP-ID") for media in master.media if media.get("TYPE") == "AUDIO" and "URI" in media}
    named = {attributes.get("AUDIO") for _, attributes in master.variants}
    if len(named) > 1 or (named != {None} and not named <= groups):
        yield (
            "audio-group",
            master.name,
            f"variants name {sorted(map(str, named))}, there are {sorted(map(str, groups))}",
        )


def _sound(master: Playlist, attributes: dict[str, str], streams: dict[str, Stream]) -> Stream | None:
    """The most demanding sound that may go with a variant."""
    group = [media.get("URI", "") for media in master.media if media.get("GROUP-ID") == attributes.get("AUDIO", "")]
    sounds = [streams[uri] for uri in group if uri in streams and streams[uri].whole]
    return max(sounds, key=_average, default=None)


def _check_variant(uri: str, attributes: dict[str, str], picture: Stream, sound: Stream | None) -> Found:
    both = [stream for stream in (picture, sound) if stream]
    if set(attributes.get("CODECS", "").split(",")) != {stream.codecs for stream in both}:
        yield "codecs", uri, f"says {attributes.get('CODECS')}, holds {','.join(stream.codecs for stream in both)}"
    if picture.codecs.startswith("hev1"):
        yield "hvc1", uri, "stored as hev1"
    if attributes.get("RESOLUTION") != f"{picture.width}x{picture.height}":
        yield "resolution", uri, f"says {attributes.get('RESOLUTION')}, is {picture.width}x{picture.height}"
    rate = picture.samples / picture.seconds
    said = _number(attributes.get("FRAME-RATE"))
    if abs(said - rate) > NEAR or rate > FASTEST:
        yield "frame-rate", uri, f"says {attributes.get('FRAME-RATE')}, is {float(rate):.3f}"
    yield from _check_rate(
        "bandwidth", uri, attributes.get("BANDWIDTH"), sum(map(_peak, both), Fraction()), lambda peak: peak
    )
    average = sum(map(_average, both), Fraction())
    yield from _check_rate(
        "average-bandwidth", uri, attributes.get("AVERAGE-BANDWIDTH"), average, lambda a: a / TEN_PERCENT
    )


def _check_rate(rule: str, uri: str, text: str | None, rate: Fraction, least: Callable[[Fraction], Fraction]) -> Found:
    if not least(rate) - 2 <= _number(text) <= rate * TEN_PERCENT + 2:  # each stream's rate was rounded to whole bits
        yield rule, uri, f"says {text}, measured {round(rate)}"


def _number(text: str | None) -> Fraction:
    try:
        return Fraction(text or "0")
    except ValueError:
        return Fraction()


def _average(stream: Stream) -> Fraction:
    """Bits per second over the whole clip, from the byte ranges."""
    return sum(segment.size for segment in stream.playlist.segments) * 8 / stream.seconds


def _peak(stream: Stream) -> Fraction:
    """The largest rate over neighbouring segments that together last 0.5 to 1.5 target durations."""
    target, sizes = stream.playlist.target_seconds, [segment.size for segment in stream.playlist.segments]
    lasting = [one.seconds for one in stream.measured]
    peaks = [_average(stream)]
    for first in range(len(sizes)):
        for end in range(first + 1, len(sizes) + 1):
            seconds = sum(lasting[first:end], Fraction())
            if seconds * 2 > target * 3:
                break
            if seconds * 2 >= target:
                peaks.append(sum(sizes[first:end]) * 8 / seconds)
    return max(peaks)
