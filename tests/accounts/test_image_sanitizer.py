"""Strangers' pictures: what comes out is ours, whatever went in."""

import io
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from reelstack.accounts import image_sanitizer
from reelstack.accounts.image_sanitizer import PictureUnreadable, square

SECRET = b"40.7128N 74.0060W"


def drawn(size: tuple[int, int] = (300, 200), kind: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:
    """Red left, blue right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    picture.convert(mode).save(out, kind, **more)
    return out.getvalue()


def pixel(content: bytes, x: int, y: int) -> tuple[int, ...]:
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.mode, picture.size) == (
            "JPEG",
            "RGB",
            (image_sanitizer.SIDE, image_sanitizer.SIDE),
        )
        found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def is_red(found: tuple[int, ...]) -> bool:
    return found[0] > 200 and found[2] < 60


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_any_picture_becomes_a_square_jpeg(kind: str, mode: str) -> None:
    assert is_red(pixel(square(drawn(kind=kind, mode=mode)), 20, 256))


def test_a_grey_picture_stays_grey() -> None:
    assert len(set(pixel(square(drawn(mode="L")), 20, 256))) == 1


def test_nothing_but_pixels_is_carried_over() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    text = PngImagePlugin.PngInfo()
    text.add_text("place", SECRET.decode())
    sent = [
        drawn(exif=exif, comment=SECRET, icc_profile=SECRET, xmp=SECRET) + SECRET,
        drawn(kind="PNG", pnginfo=text, icc_profile=SECRET, exif=exif) + SECRET,
        drawn(kind="WEBP", exif=exif, xmp=SECRET),
    ]
    for content in sent:
        assert SECRET in content or SECRET[:4] in content or content.startswith(b"\x89PNG")
        made = square(content)
        assert SECRET not in made
        with Image.open(io.BytesIO(made)) as picture:
            assert not {"exif", "icc_profile", "comment", "xmp"} & picture.info.keys()


def test_a_picture_is_turned_as_its_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise: what was left is up
    content = square(drawn(exif=exif))
    assert is_red(pixel(content, 256, 20))
    assert not is_red(pixel(content, 256, 490))


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(out, "PNG")
    assert pixel(square(out.getvalue()), 10, 10) == (255, 255, 255)


def test_only_the_first_of_many_frames_is_looked_at() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    assert is_red(pixel(square(out.getvalue()), 256, 256))


@pytest.mark.parametrize(
    "made",
    [
        lambda: b"",
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        lambda: drawn(kind="GIF"),
        lambda: drawn(kind="BMP"),
        lambda: drawn(kind="TIFF"),
        lambda: drawn()[:400],
        lambda: drawn(kind="PNG")[:60],
        lambda: drawn((31, 200)),
        lambda: drawn((8000, 6251), kind="PNG", mode="L"),
        lambda: drawn(kind="PNG").replace(b"\x00\x00\x01\x2c\x00\x00\x00\xc8", b"\x7f\xff\xff\xff\x7f\xff\xff\xff"),
    ],
    ids=["empty", "svg", "gif", "bmp", "tiff", "cut jpeg", "cut png", "tiny", "too many pixels", "says it is vast"],
)
def test_what_is_no_picture_of_ours_is_refused(made: Callable[[], bytes]) -> None:
    with pytest.raises(PictureUnreadable):
        square(made())


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(["JPEG", "PNG", "WEBP"]), data=st.data())
def test_damage_is_refused_or_drawn_and_never_anything_else(kind: str, data: st.DataObject) -> None:
    content = bytearray(drawn((64, 48), kind=kind))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow complains of damage that it bears
        try:
            made = square(bytes(content))
        except PictureUnreadable:
            return
    assert made.startswith(b"\xff\xd8")
