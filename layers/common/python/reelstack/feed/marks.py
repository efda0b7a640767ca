"""Marks: what the cache notes of a page: that its clips were shown (the viewer's seen filter), an impression of each.

The marks go with the request that brings what is known of the clips, before it is known which of them may be shown, so
that a page costs no third request. Where one may not be shown, and another takes its place, a request more puts right
what was noted: exactly the page. A clip that repeats is not noted again. Nor is a page for somebody without an account:
who asks for pages without looking at them, from one address, would else use up what every new clip is owed. Of who
opted out of personalisation no seen filter is kept, so they may meet a clip again: they count once for it, by a sketch
of the clip's viewers in which nobody can be looked up without the deployment's secret.

Bits that this answer has set are taken back; one that another answer to the same viewer wants, too, in the same
milliseconds, is then lost, and a clip of it may come once more in a later session.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reelstack.feed import exploration, seen, seen_keys
from reelstack.platform import cache
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger

Commands = list[tuple[str | int, ...]]


@dataclass
class Marks:
    viewer_id: str | None
    """Whose seen filter is kept."""
    now_ms: int
    silent: bool = False
    """Nothing is noted: the page is not shown, its viewer has no account, or the cache does not answer."""
    name: str = ""
    """Of a viewer of whom no seen filter is kept, for the sketches of clips' viewers."""
    noted: list[str] = field(default_factory=list)
    """Video ids, as far as the cache answered."""
    set_bits: list[bytes] = field(default_factory=list)
    """Of the seen filter, that were not set before this answer: as the cache told them."""
    counted: list[str] = field(default_factory=list)
    """Video ids that a viewer without a seen filter was counted for by this answer, and not before."""

    def commands(self, video_ids: Sequence[str]) -> Commands:
        """That note these clips; `noted_by` takes their answers."""
        if self.silent or not video_ids:
            return []
        if not self.viewer_id:
            return exploration.counted_once(video_ids, self.now_ms, self.name)
        return [*exploration.counted(video_ids, self.now_ms), seen.marks(self._key, seen.hashes(video_ids))]

    def noted_by(self, video_ids: Sequence[str], answers: Sequence[Any]) -> None:
        """`answers`: empty of a cache that did not answer: it is asked no more, an answer has no time for it."""
        self.silent = self.silent or bool(video_ids and not answers)
        if self.silent or not video_ids:
            return
        self.noted += video_ids
        if self.viewer_id:
            self.set_bits.append(answers[-1])
        else:
            self.counted += answers[-1].decode().split()

    def put_right(self, shown: Sequence[str]) -> None:
        """Notes `shown` and nothing else. A cache that does not answer is counted."""
        wrong = [one for one in self.noted if one not in set(shown)]
        missing = [one for one in shown if one not in set(self.noted)]
        if self.silent or not cache.address() or not (wrong or missing):
            return
        to_undo = wrong if self.viewer_id else [one for one in wrong if one in self.counted]
        commands = exploration.counted(to_undo, self.now_ms, by=-1)
        if wrong and self.viewer_id:
            bits = (int(bit) for text in self.set_bits for bit in text.split())
            commands += seen.unmarks(self._key, bits, seen.hashes(shown))
        try:
            cache.run([*commands, *self.commands(missing)], config().feed_cache_ms / 1000)
        except cache.errors() as error:
            logger.warning("what was noted of a page was not put right", error=str(error))
            count("FeedCacheDown")

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Of an answer that fails within, and shows nothing of the page, nothing stays noted."""
        try:
            yield
        except Exception:
            self.put_right(())
            raise

    @property
    def _key(self) -> str:
        return seen_keys.keys(self.viewer_id or "", self.now_ms)[0]
