"""Decodes an uploaded picture within limits and re-encodes it: upright, square, without metadata. Pure.

What else the file held (place, camera, comments, profiles, more frames, bytes after its end) stays behind: only the
pixels of its first frame are carried over, onto an empty canvas.
"""

import io
import struct
import zlib

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
SIDE, SMALLEST = 512, 32
"""Pixels."""
MAX_PIXELS = 50_000_000
"""What today's phones take; 150 MB of memory once decoded."""
QUALITY = 88
BACKGROUND = (255, 255, 255)
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error, zlib.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises at files that are not what they say."""


class PictureUnreadable(ValueError):
    """No JPEG, PNG or WebP, damaged, or larger or smaller than any picture of a person needs to be."""


def square(content: bytes) -> bytes:
    """A JPEG of SIDE × SIDE pixels without metadata. Raises PictureUnreadable."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS or min(picture.size) < SMALLEST:
                raise PictureUnreadable(f"{picture.width} × {picture.height} pixels")
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a large JPEG is decoded at a fraction of its size
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        fitted = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    except BROKEN as error:
        raise PictureUnreadable(str(error)) from error
    canvas = Image.new("RGB", (SIDE, SIDE), BACKGROUND)
    canvas.paste(fitted, mask=fitted.getchannel("A"))
    drawn = io.BytesIO()
    canvas.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()
