"""Which frames of a clip moderation inspects: at random all over the clip, and each look that lasts.

Whatever is shown for a second is inspected, in one stretch or in all: a look (media.looks) of LASTING_SECONDS has a
frame of its own, and so has each stretch of that length of frames whose looks have none. The same holds for the looks
of each part of the picture by itself: a small picture within a large one that stays hardly changes the whole. Which
frame it is follows from a key that nobody outside knows, so that who knows this code cannot place a frame where it is
never inspected; for the same key the frames are the same. A clip with more looks than are inspected says how many were
left out (`unseen`), and a person looks at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from reelstack.media import ffmpeg_process, still_args
from reelstack.media.looks import NEAR_PART, STRAY, looks
from reelstack.media.thumbnails import Size, fingerprint, fingerprints_of_part, thumbnails

SECONDS_PER_FRAME, FEWEST_SPREAD, MOST_SPREAD = 5, 4, 120
"""Frames at random, one in each stretch of the clip: twelve a minute."""
LASTING_SECONDS = 0.5
"""Half of what is promised: a second that is shown in one go has such a stretch, wherever stretches begin."""
BRIEF_SECONDS = 1
"""Of frames whose looks do not last, one of so many seconds is inspected."""
MOST = 1800
"""Frames of one clip: three a second of ten minutes, where a busy street takes 2.3. Of a clip that is to be turned,
inspect_frames manages no more in its time."""
SIDES = (12, 14, 16, 18, 20)
"""The thumbnails' grid, chosen by the key: who draws pictures that are alike on one grid does not know ours."""
PARTS_ACROSS = 4
"""The picture's parts are looked at by themselves, so many across and down: a picture within the picture, a third as
wide and high, fills most of one or two wherever it lies, and is less than a NEAR-th of the whole."""
MOST_LOOKS_OF_PART = 1000
"""A part that shows more is one that moves: what is a stray of it has a frame each LASTING_SECONDS."""
SAMPLE_SECONDS = 265


@dataclass(frozen=True)
class Choice:
    """Numbers of frames in the order they are shown, and how many frames that should be inspected are not."""

    frames: list[int]
    unseen: int


@dataclass(frozen=True)
class Sample:
    files: list[Path]
    unseen: int


def sample(clip: Path, seconds: float, folder: Path, key: bytes) -> Sample:
    """Writes JPEGs 0001.jpg, 0002.jpg ... of our own first rung into `folder`, in the order they are shown.

    Raises ProgramFailed or ProgramTooSlow.
    """
    chance = Random(key)  # noqa: S311  # nobody sees what it yields: the key is the secret
    size = Size(chance.choice(SIDES), chance.choice(SIDES))
    shown = thumbnails(clip, size, SAMPLE_SECONDS)
    whole = looks([fingerprint(one) for one in shown], size.bytes * 8)
    choice = choose(whole, len(shown) / seconds, key, parts=looks_of_parts(shown, size))
    ffmpeg_process.ffmpeg(still_args.stills(clip, choice.frames, folder), SAMPLE_SECONDS)
    return Sample(sorted(folder.glob("*.jpg")), choice.unseen)


def looks_of_parts(shown: Sequence[bytes], size: Size) -> list[list[int]]:
    """The looks of each part of the picture by itself."""
    return [
        looks(fingerprints_of_part(shown, slices), part.bytes * 8, MOST_LOOKS_OF_PART, near=NEAR_PART)
        for part, slices in size.parts(PARTS_ACROSS)
    ]


def choose(
    look_of: Sequence[int], rate: float, key: bytes, *, parts: Sequence[Sequence[int]] = (), most: int = MOST
) -> Choice:
    """Of frames whose looks are `look_of`, `rate` of them a second, those that are inspected: at most `most`.

    `parts`: the looks of parts of the same frames.
    """
    chooser = _Chooser(len(look_of), rate, Random(key))  # noqa: S311  # as above
    chooser.spread()
    chooser.cover(look_of, brief=True)
    for part in parts:
        chooser.cover(part)
    strays = int(look_of.count(STRAY) / rate / BRIEF_SECONDS)
    chosen = chooser.chosen
    return Choice(sorted(chosen[:most]), max(0, len(chosen) - most) + strays)


class _Chooser:
    """Collects frames, those that matter most first.

    `covered`: looks of which a frame is chosen; `spoken_for`: frames of stretches of which one is chosen.
    """

    def __init__(self, frames: int, rate: float, chance: Random) -> None:
        self.frames, self.rate, self.chance = frames, rate, chance
        self.lasting = max(1, round(rate * LASTING_SECONDS))
        self.chosen: list[int] = []
        self.look_of: Sequence[int] = ()
        self.covered: set[int] = set()
        self.spoken_for: set[int] = set()

    def spread(self) -> None:
        stretches = max(FEWEST_SPREAD, round(self.frames / self.rate / SECONDS_PER_FRAME))
        stretches = min(stretches, MOST_SPREAD, self.frames)
        for stretch in range(stretches):
            start, end = (self.frames * edge // stretches for edge in (stretch, stretch + 1))
            self.chosen.append(self.chance.choice(range(start, end)))

    def cover(self, look_of: Sequence[int], *, brief: bool = False) -> None:
        """Adds what is not chosen yet of these looks, which are those of whole frames or of one part of each."""
        self.look_of = look_of
        self.covered = {look_of[number] for number in self.chosen} - {STRAY}
        self._lasting_looks()
        self._lasting_stretches()
        if brief:
            self._brief_looks()

    def _lasting_looks(self) -> None:
        frames: dict[int, list[int]] = {}
        for number, look in enumerate(self.look_of):
            frames.setdefault(look, []).append(number)
        for look, held in sorted(frames.items(), key=lambda one: -len(one[1])):
            if len(held) >= self.lasting and look not in self.covered:
                self._choose(held)

    def _lasting_stretches(self) -> None:
        """A look that drifts is many short ones; a stretch of them that lasts has a frame."""
        stretch: list[int] = []
        done = self.spoken_for | set(self.chosen)
        for number, look in enumerate(self.look_of):
            stretch = [] if look in self.covered or number in done else [*stretch, number]
            if len(stretch) == self.lasting:
                self._choose(stretch)
                self.spoken_for.update(stretch)
                stretch = []

    def _brief_looks(self) -> None:
        left = [
            number
            for number, look in enumerate(self.look_of)
            if look not in self.covered and number not in self.spoken_for
        ]
        step = max(1, round(self.rate * BRIEF_SECONDS))
        for start in range(0, len(left), step):
            if len(left) - start >= step:
                self._choose(left[start : start + step])

    def _choose(self, among: Sequence[int]) -> None:
        number = self.chance.choice(among)
        self.chosen.append(number)
        if self.look_of[number] != STRAY:
            self.covered.add(self.look_of[number])
