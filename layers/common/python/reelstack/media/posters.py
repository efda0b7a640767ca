"""Which picture stands for a clip before it plays: a typical one of its beginning, never a plain one if there is more.

Pictures that are black, white or of one colour say nothing. Where the beginning has none but such, the whole clip is
looked through.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reelstack.media.looks import looks
from reelstack.media.thumbnails import Size, fingerprint, interest, thumbnails

SIZE = Size(16, 16)
BEGINNING = 300
"""Pictures looked at first: decoding more would make the owner wait for something that hardly ever happens."""
ENOUGH = 12.0
"""Interest (thumbnails.interest) from which on a picture shows something; a plain one has below 2."""
SHARE = 0.6
"""Of the most interesting picture's interest, what another one must have to be preferred for being typical."""
POSTER_SECONDS = 60


def choose_poster(clip: Path) -> int:
    """The number of a picture of our own first rung. Raises ProgramFailed or ProgramTooSlow."""
    number, worth = best(thumbnails(clip, SIZE, POSTER_SECONDS, BEGINNING))
    return number if worth >= ENOUGH else best(thumbnails(clip, SIZE, POSTER_SECONDS))[0]


def best(pictures: Sequence[bytes]) -> tuple[int, float]:
    """The number and the interest of a picture of the most frequent look among those that are interesting enough."""
    worth = [interest(picture) for picture in pictures]
    good = [number for number, one in enumerate(worth) if one >= SHARE * max(worth)]
    look_of = looks([fingerprint(pictures[number]) for number in good], SIZE.bytes * 8)
    [(typical, _)] = Counter(look_of).most_common(1)
    number = max((number for number, look in zip(good, look_of, strict=True) if look == typical), key=worth.__getitem__)
    return number, worth[number]
