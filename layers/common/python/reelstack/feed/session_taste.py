"""Session taste: what this session's clips say of its viewer while the job `interests` is away (level 1). Pure.

The table of watch positions says where the viewer left the clips that the session was shown last; the last actions that
the cache still has say it of older ones. The weights are the job's (feed.scores), and fade by a session's half-life.
What was liked or shared meanwhile is not known here: the job makes up for it when it is back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reelstack.feed import scores
from reelstack.feed.features import ClipState
from reelstack.feed.item_table import ItemTable
from reelstack.feed.live_signals import ViewerSignals

CLIPS = 20
"""That were shown last, and whose positions are asked for: one read of the table."""
FINISHED_SHARE = 0.95
Left = Mapping[str, tuple[int | None, int]]
"""Video id -> where it was left, None at its end, and when; unix milliseconds."""


@dataclass(frozen=True)
class Taste:
    scores: Mapping[str, float]
    """Key of an interest (scores.weights) -> its score now."""
    watched: Sequence[tuple[str, float]]
    """Video id and the share that was watched (0 to 1), newest first."""


NONE = Taste({}, ())


def of(table: ItemTable, left: Left, signals: ViewerSignals, now_ms: int) -> Taste:
    known: dict[str, tuple[ClipState, float, int]] = {}
    for (video_id, share), at in zip(signals.watched, signals.watched_at, strict=False):
        known |= {clip.video_id: (clip, share, at) for clip in _clips(table, [video_id])}
    for clip in _clips(table, left):
        position, at = left[clip.video_id]
        known[clip.video_id] = (clip, _share(position, clip.duration_ms), at)
    newest = sorted(known.values(), key=lambda one: -one[2])
    found: dict[str, float] = {}
    for clip, share, at in newest:
        for key, weight in scores.weights(_event(clip, share)):
            now = scores.read(weight, min(at, now_ms), now_ms, scores.SESSION_HALF_LIFE_MS)
            found[key] = found.get(key, 0.0) + now
    unknown = [one for one in signals.watched if one[0] not in known]
    return Taste(found, [*((clip.video_id, share) for clip, share, _ in newest), *unknown])


def _clips(table: ItemTable, video_ids: Iterable[str]) -> Iterable[ClipState]:
    return (table.clip(row) for row in table.rows_of(video_ids))


def _share(position: int | None, duration_ms: int) -> float:
    return 1.0 if position is None or not duration_ms else min(position / duration_ms, 1.0)


def _event(clip: ClipState, share: float) -> dict[str, object]:
    """What the job would have been sent at the end of this view."""
    return {
        "type": "finish" if share >= FINISHED_SHARE else "skip",
        "watched_ms": share * clip.duration_ms,
        "duration_ms": clip.duration_ms,
        "owner_id": clip.owner_id,
        "tags": clip.tags,
        "language": clip.language,
        "what": "",
        "target": "",
    }
