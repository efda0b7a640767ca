"""The packets of one stream as ffprobe lists them: what a file really holds, whatever its header says."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from reelstack.media import ffmpeg_process
from reelstack.media.file_types import Container

MAX_PACKETS = 300_000
"""More pictures than ten minutes at 480 fps."""
PACKETS_SECONDS = 60


class Packet(NamedTuple):
    """A picture, or a piece of sound, as it is stored; its times in ticks."""

    pts: int
    duration: int
    is_key: bool


@dataclass(frozen=True)
class Packets:
    """`shown`: those with a time that no edit list leaves out, in file order. `read`: how many there were in all."""

    shown: list[Packet]
    read: int
    complaint: str
    """What ffprobe said."""

    def span(self, time_base: Fraction, longest_seconds: Fraction) -> tuple[Fraction, Fraction] | None:
        """When the first begins and the last ends, in seconds; None of nothing. None lasts more than `longest`."""
        if not self.shown:
            return None
        most = int(longest_seconds / time_base)
        start, end = min(one.pts for one in self.shown), max(one.pts + min(one.duration, most) for one in self.shown)
        return start * time_base, end * time_base


def read_packets(path: Path, container: Container, stream: int) -> Packets:
    """Raises ProgramFailed or ProgramTooSlow."""
    ran = ffmpeg_process.ffprobe(
        [
            *("-v", "error", "-select_streams", str(stream), "-read_intervals", f"%+#{MAX_PACKETS}"),
            *("-show_entries", "packet=pts,dts,duration,flags", "-of", "json=compact=1"),
            *ffmpeg_process.reading(path, container),
        ],
        PACKETS_SECONDS,
    )
    listed = json.loads(ran.output)["packets"]
    shown = []
    for packet in listed:
        pts = packet.get("pts", packet.get("dts"))
        if pts is not None and "D" not in packet["flags"]:  # D: an edit list says to discard it
            shown.append(Packet(pts, packet.get("duration", 0), "K" in packet["flags"]))
    return Packets(shown, len(listed), ran.complaint)
