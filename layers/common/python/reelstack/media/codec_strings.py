"""The CODECS attribute (RFC 6381) of a track, read from its sample description. Pure."""

import struct

from reelstack.media.mp4_boxes import Box, NotOurMp4, children

VISUAL_FIELDS, AUDIO_FIELDS = 78, 28
"""Bytes of a sample entry before its boxes."""
ES_DESCRIPTOR, DECODER_CONFIG, DECODER_SPECIFIC = 3, 4, 5


def codecs(data: bytes, sample_table: Box) -> str:
    """The codec string of the first entry of an `stsd` box, e.g. "avc1.64001F". Raises NotOurMp4."""
    entry = next(children(data, sample_table.start + 8, sample_table.end))
    name = entry.kind.decode("ascii", "replace")
    if entry.kind in (b"avc1", b"avc3"):
        at = _inside(data, entry, VISUAL_FIELDS, b"avcC").start
        return f"{name}.{data[at + 1 : at + 4].hex().upper()}"
    if entry.kind in (b"hvc1", b"hev1"):
        return f"{name}.{_hevc(data, _inside(data, entry, VISUAL_FIELDS, b'hvcC').start)}"
    if entry.kind == b"av01":
        return f"{name}.{_av1(data, _inside(data, entry, VISUAL_FIELDS, b'av1C').start)}"
    if entry.kind == b"mp4a":
        return f"{name}.{_mpeg4_audio(data, _inside(data, entry, AUDIO_FIELDS, b'esds'))}"
    raise NotOurMp4(f"a track of {name}")


def size(data: bytes, sample_table: Box) -> tuple[int, int]:
    """(width, height) of a picture track's first sample entry."""
    entry = next(children(data, sample_table.start + 8, sample_table.end))
    width, height = struct.unpack_from(">HH", data, entry.start + 24)
    return int(width), int(height)


def _inside(data: bytes, entry: Box, fields: int, kind: bytes) -> Box:
    for box in children(data, entry.start + fields, entry.end):
        if box.kind == kind:
            return box
    raise NotOurMp4(f"{entry.kind!r} without {kind!r}")


def _hevc(data: bytes, at: int) -> str:
    """ISO/IEC 14496-15 annex E: profile, compatibility (bits reversed), tier and level, constraints."""
    first, compatibility = data[at + 1], struct.unpack_from(">I", data, at + 2)[0]
    space = ("", "A", "B", "C")[first >> 6]
    reversed_bits = int(f"{compatibility:032b}"[::-1], 2)
    tier = "H" if first & 0x20 else "L"
    constraints = data[at + 6 : at + 12].rstrip(b"\0")
    parts = [f"{space}{first & 0x1F}", f"{reversed_bits:X}", f"{tier}{data[at + 12]}"]
    return ".".join(parts + [f"{byte:X}" for byte in constraints])


def _av1(data: bytes, at: int) -> str:
    """AV1 Codec ISO Media File Format Binding, 2.3 and 5: profile, level, tier and bit depth of the sequence header, as
    the configuration box repeats them. What may follow is left out where it is the default: 4:2:0 in colour, BT.709 in
    limited range, as all of ours is."""
    profile, level, flags = data[at + 1] >> 5, data[at + 1] & 0x1F, data[at + 2]
    tier = "H" if flags & 0x80 else "M"
    depth = (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    short = f"{profile}.{level:02}{tier}.{depth:02}"
    monochrome, chroma = flags >> 4 & 1, (flags >> 3 & 1, flags >> 2 & 1, flags & 3)
    if (monochrome, chroma) == (0, (1, 1, 0)):
        return short
    # The optional fields come all or none; colours are those that all renditions have.
    return f"{short}.{monochrome}.{''.join(map(str, chroma))}.01.01.01.0"


def _mpeg4_audio(data: bytes, esds: Box) -> str:
    """Object type indication and audio object type, two descriptors deep in the `esds` box."""
    at = _skip_to(data, esds.start + 4, esds.end, ES_DESCRIPTOR) + 3
    at = _skip_to(data, at, esds.end, DECODER_CONFIG)
    indication = data[at]
    at = _skip_to(data, at + 13, esds.end, DECODER_SPECIFIC)
    return f"{indication:X}.{data[at] >> 3}"


def _skip_to(data: bytes, at: int, end: int, tag: int) -> int:
    """Where the body of the descriptor at `at` begins. Its length is written seven bits to the byte."""
    if at >= end or data[at] != tag:
        raise NotOurMp4("an esds box of another kind")
    at += 1
    while data[at] & 0x80:
        at += 1
    return at + 1
