import pytest

from reelstack.failure_reasons import Refused
from reelstack.media.file_types import Container, check_announced, sniff


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\x00\x00\x00\x20ftypisom", "mov"),
        (b"\x00\x00\x00\x14ftypqt  ", "mov"),
        (b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat", "mov"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "matroska"),
    ],
)
def test_a_container_shows_in_its_first_bytes(head: bytes, container: Container) -> None:
    assert sniff(head) == container


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "empty-file"),
        (b"just some text", "not-a-video"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not-a-video"),
        (b"\x00\x00\x00\x18ftypheic", "not-a-video"),
        (b"PK\x03\x04", "not-a-video"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/latest", "playlist-not-allowed"),
        (b"\xef\xbb\xbf\n  #EXTM3U\nfile:///etc/passwd", "playlist-not-allowed"),
        (b"ffconcat version 1.0\nfile /etc/passwd", "playlist-not-allowed"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash">', "playlist-not-allowed"),
        (b"http://example.com/clip.mp4", "playlist-not-allowed"),
    ],
)
def test_anything_else_is_refused_with_its_reason(head: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        sniff(head)
    assert refused.value.reason == reason


def test_a_file_of_another_family_than_announced_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        check_announced("matroska", "video/mp4")
    assert refused.value.reason == "type-mismatch"


@pytest.mark.parametrize("announced", ["video/mp4", "video/quicktime"])
def test_mp4_and_mov_are_one_family(announced: str) -> None:
    check_announced("mov", announced)
