"""Lazy ladder: a clip is published with two renditions, and the rest of its ladder is made once it is watched.

What probe left out stands in the asset (`left_out`). A clip that was played `ladder_plays` times, or that the feed is
about to show to everybody, is re-encoded at low priority: what it lacks is made, what it has is taken over, and one
write exchanges the assets (production.reencodes), so that no player notices. Each request is counted by the write that
makes it, under the condition that nobody counted since: a threshold that is crossed twice starts one production. A
completion that comes to nothing leaves the clip as it was, with its reason, and a later play or page asks again after a
pause that doubles, TRIES times in all.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from pynamodb.exceptions import PynamoDBException

from reelstack.counters import counters
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import reencodes
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos.videos import State

TRIES = 3
PAUSE_MS = 3600 * 1000
"""After the first try; twice as long after the second."""
MOST_KEPT = 50_000
_settled: OrderedDict[str, None] = OrderedDict()
"""Ids of clips that lack nothing, or were tried TRIES times: what most plays are of. Kept as long as the process."""


def after_plays(video_ids: Iterable[str]) -> list[str]:
    """Asks for what those of these clips lack that have been played often enough. Returns the ids of those asked for.

    Costs a read of the counter of each clip that may lack something.
    """
    return _ask(video_ids, _played_enough)


def of_expected(video_ids: Iterable[str]) -> list[str]:
    """Asks for what these clips lack, however often they were played so far. Returns the ids of those asked for."""
    return _ask(video_ids, list)


def _ask(video_ids: Iterable[str], chosen: Callable[[list[str]], list[str]]) -> list[str]:
    """Clips that are whole, not published, being re-encoded or tried too often are passed over. Tables that do not
    answer are no reason to do again what this is a part of: a later play or list asks again."""
    if config().ladder_policy != "popular":
        return []
    unsettled = [video_id for video_id in dict.fromkeys(video_ids) if video_id not in _settled]
    try:
        return _request_all(chosen(unsettled)) if unsettled else []
    except PynamoDBException as error:
        logger.warning("no ladder was completed", extra={"error": str(error)})
        return []


def _played_enough(video_ids: list[str]) -> list[str]:
    played = counters.load(video_ids)
    return [video_id for video_id, counts in played.items() if counts.plays >= config().ladder_plays]


def _request_all(video_ids: list[str]) -> list[str]:
    asked = [video.video_id for video in Video.batch_get(video_ids) if _request(video)] if video_ids else []
    if asked:
        count("LaddersCompleted", len(asked))
    return asked


def _request(video: Video) -> bool:
    left_out = (video.asset or {}).get("left_out") or []
    tries = int(video.ladder_tries or 0)
    if video.state == State.PUBLISHED and (not left_out or tries >= TRIES):
        _settle(video.video_id)
    if video.state != State.PUBLISHED or not left_out or tries >= TRIES or video.reencode_attempt:
        return False
    if tries and now_ms() < int(video.ladder_tried_at or 0) + PAUSE_MS * 2 ** (tries - 1):
        return False
    unseen = Video.ladder_tries == tries if tries else Video.ladder_tries.does_not_exist()
    noted = [Video.ladder_tries.set(tries + 1), Video.ladder_tried_at.set(now_ms())]
    return reencodes.order(video, Priority.LOW, tuple(left_out), condition=unseen, noted=noted)


def _settle(video_id: str) -> None:
    _settled[video_id] = None
    while len(_settled) > MOST_KEPT:
        _settled.popitem(last=False)
