"""What kind of file this is, from its first bytes alone. Pure.

Nothing a client says about a file is believed, and no program that could follow a link inside it sees it before this.
"""

from typing import Literal

from reelstack.failure_reasons import Refused

Container = Literal["mov", "matroska"]
"""The two families taken, by the name of ffmpeg's demuxer: mp4 and mov, webm and mkv."""

SNIFF_BYTES = 4096

FAMILY_OF_TYPE: dict[str, Container] = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
NAMES: dict[Container, str] = {"mov": "MP4 or QuickTime", "matroska": "WebM or Matroska"}
EBML = b"\x1a\x45\xdf\xa3"
ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
STILL_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
PLAYLISTS = (
    b"#extm3u",
    b"#ext",
    b"ffconcat",
    b"[playlist]",
    b"<mpd",
    b"<smil",
    b"<asx",
    b"http://",
    b"https://",
    b"file:",
)
"""How lists of other files begin: HLS, concat, PLS, DASH, SMIL, ASX, bare addresses."""


def sniff(head: bytes) -> Container:
    """The container that a file beginning with `head` (up to SNIFF_BYTES) holds.

    Raises Refused: empty-file, playlist-not-allowed or not-a-video.
    """
    if not head:
        raise Refused("empty-file")
    if head.startswith(EBML):
        return "matroska"
    if head[4:8] in ATOMS:
        if head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS:
            raise Refused("not-a-video", "The file is a still image.")
        return "mov"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(PLAYLISTS) or (text.startswith(b"<?xml") and b"<mpd" in text):
        raise Refused("playlist-not-allowed")
    raise Refused("not-a-video", "The file is neither MP4 or QuickTime nor WebM or Matroska.")


def check_announced(container: Container, content_type: str) -> None:
    """Raises Refused("type-mismatch") if the file is of another family than its upload was announced as."""
    if FAMILY_OF_TYPE.get(content_type, container) != container:
        announced = NAMES[FAMILY_OF_TYPE[content_type]]
        raise Refused("type-mismatch", f"The file was announced as {announced}; it is {NAMES[container]}.")
