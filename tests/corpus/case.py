"""One file of the corpus: how it is made and how its production must end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PLAYS = "plays"
MKV = "video/x-matroska"
Make = Callable[[Path, str], object]
"""(where to write, address of a server that must never hear from us)."""


@dataclass(frozen=True)
class Case:
    """`ends`: PLAYS, or the code of reelstack.failure_reasons that is stored."""

    name: str
    make: Make
    ends: str
    content_type: str = "video/mp4"
