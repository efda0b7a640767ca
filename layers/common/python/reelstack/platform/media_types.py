"""Media types as RFC 9110 has them: `VIDEO/MP4` is `video/mp4`, and parameters do not change what a file is. Pure.

Browsers write parameters that are no tokens (`video/webm;codecs=vp8,opus` of a MediaRecorder), so what follows the
first semicolon is not read, as in the WHATWG's "essence" of a type.
"""

import re
from collections.abc import Mapping

LONGEST = 255
_NAME = r"[!#$%&'*+.^_`|~0-9a-z-]+"
ESSENCE = re.compile(rf"{_NAME}/{_NAME}")


def essence(written: str) -> str | None:
    """`type/subtype` in lower case, without parameters; None if it is no media type."""
    found = written.partition(";")[0].strip(" \t").lower()
    return found if ESSENCE.fullmatch(found) else None


def known_as(written: str, names: Mapping[str, str]) -> str | None:
    """The type of `names` (every accepted name -> the type it stands for) that this one is; None if it is none."""
    return names.get(essence(written) or "")
