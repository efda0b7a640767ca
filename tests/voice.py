"""A voice that says a text, from the library that the package espeakng-loader carries."""

import ctypes
from functools import cache
from pathlib import Path

import espeakng_loader

from tests.clips import ffmpeg

RETRIEVAL, CHARS_UTF8, POSITION_CHARACTER, WORDS_PER_MINUTE = 2, 1, 1, 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """The library and how many samples a second it speaks."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0)
    library.espeak_SetVoiceByName(b"en-us")
    library.espeak_SetParameter(WORDS_PER_MINUTE, 130, 0)
    return library, rate


def said(text: str) -> tuple[bytes, int]:
    """16-bit samples of one channel, and how many of them make a second."""
    library, rate = _library()
    samples = bytearray()

    def take(wave: object, count: int, _events: object) -> int:
        if wave and count > 0:
            samples.extend(ctypes.string_at(wave, 2 * count))  # type: ignore[arg-type]  # a pointer
        return 0

    callback = _CALLBACK(take)
    library.espeak_SetSynthCallback(callback)
    spoken = text.encode() + b"\0"
    library.espeak_Synth(spoken, len(spoken), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None)
    library.espeak_Synchronize()
    return bytes(samples), rate


def talking(path: Path, text: str) -> Path:
    """A clip of something blue in which the text is said."""
    samples, rate = said(text)
    picture = ["-f", "lavfi", "-i", f"color=blue:s=64x64:r=10:d={len(samples) / 2 / rate:.3f}"]
    sound = ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-"]
    ffmpeg(*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", path, given=samples)
    return path
