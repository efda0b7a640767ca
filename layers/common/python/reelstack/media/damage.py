"""How much of a source's picture may be damaged: a share, and of a short clip a few packets.

What is damaged below that is shown as well as it can be: what a decoder conceals, or the picture before it.
"""

import re

from reelstack.failure_reasons import Refused
from reelstack.media.ffmpeg_process import TOO_LARGE

DAMAGED_SHARE = 0.02
DAMAGED_FLOOR = 10
"""What one packet may take along: of 30 pictures of AV1 in one group, noise in the second cost eight."""
MOST_DAMAGED = 3
"""At most one in so many, however few there are: what is mostly damaged is no clip."""
DECODED = re.compile(r"\(video\): .*; (\d+) frames decoded; (\d+) decode errors")


def count_packets(complaint: str, otherwise: int = 0) -> tuple[int, int]:
    """(pictures decoded, packets that failed) as a talkative ffmpeg says; `otherwise` decoded where it does not."""
    decoded, errors = (DECODED.findall(complaint) or [(otherwise, 0)])[-1]
    return int(decoded), int(errors)


def check_size(errors: int, complaint: str) -> None:
    """Raises Refused if a picture was larger than any may be: that is no damage, however few they are."""
    if errors and TOO_LARGE in complaint:  # without an error it was said of a cover
        raise Refused("too-large-picture")


def check(decoded: int, errors: int, stored: int = 0, complaint: str = "") -> None:
    """Raises Refused if too much is damaged, or too large. `stored`: how many pictures there should have been.

    Decoders pass over what they miss a key frame for without an error. Two fields may be stored for one picture.
    """
    check_size(errors, complaint)
    packets = max(decoded + errors, 1)
    budget = min(max(DAMAGED_SHARE * packets, DAMAGED_FLOOR), packets // MOST_DAMAGED)
    if errors > budget or decoded * MOST_DAMAGED < stored:
        raise Refused("corrupt", f"{decoded} of {max(stored, packets)} pictures could be decoded.")
