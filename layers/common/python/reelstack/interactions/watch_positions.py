"""Where viewers left clips, so that they go on from there: one item a viewer and clip, the latest event by event time.

A write replaces an item only by a later event. Late events, and those that come twice, therefore change nothing. Kept
90 days after the event. Nobody else is told where somebody stands.
"""

import time
from collections.abc import Iterable

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from reelstack.behavior.resume import Sighting
from reelstack.platform.clock import DAY_SECONDS
from reelstack.platform.telemetry import count
from reelstack.tables.behavior import WatchPosition

KEPT_DAYS = 90


def keep(viewer_id: str, sightings: Iterable[Sighting]) -> set[str]:
    """Keeps each unless a later one is there, with one write a clip. The answer names the videos whose sighting was not
    written: where the table refuses one, the others are not tried."""
    waiting = {one.video_id: one for one in sightings}
    try:
        for video_id in list(waiting):
            _keep(viewer_id, waiting[video_id])
            del waiting[video_id]
    except UpdateError:
        count("WatchPositionsNotKept", len(waiting))
    return set(waiting)


def of(viewer_id: str, video_ids: Iterable[str]) -> dict[str, int]:
    """Those positions of a page that the viewer left clips at, by video, in milliseconds. Eventually consistent."""
    return {one: position for one, (position, _) in left(viewer_id, video_ids).items() if position}


def left(viewer_id: str, video_ids: Iterable[str]) -> dict[str, tuple[int | None, int]]:
    """Of those clips that the viewer watched: where they left each, None at its end, and when; all in milliseconds."""
    keys = [(viewer_id, video_id) for video_id in video_ids]
    names = ["video_id", "position_ms", "seen_at", "expires_at"]
    found = WatchPosition.batch_get(keys, attributes_to_get=names) if keys else ()
    now = time.time()
    # DynamoDB deletes an item up to a few days after its time to live.
    return {
        one.video_id: (int(one.position_ms) if one.position_ms else None, int(one.seen_at))
        for one in found
        if one.expires_at > now
    }


def _keep(viewer_id: str, one: Sighting) -> bool:
    position = WatchPosition.position_ms
    actions: list[Action] = [
        position.set(one.position_ms) if one.position_ms else position.remove(),
        WatchPosition.seen_at.set(one.seen_at),
        WatchPosition.view_id.set(one.view_id),
        WatchPosition.view_event.set(one.view_event),
        WatchPosition.expires_at.set(one.seen_at // 1000 + KEPT_DAYS * DAY_SECONDS),
    ]
    return WatchPosition(viewer_id, one.video_id).update_if(_is_later(one), actions)


def _is_later(one: Sighting) -> Condition:
    """What behavior.resume.is_later says, of the item that is there."""
    same_view = (WatchPosition.view_id == one.view_id) & (WatchPosition.view_event < one.view_event)
    before = (WatchPosition.view_id != one.view_id) & (WatchPosition.seen_at < one.seen_at)
    at_once = (WatchPosition.seen_at == one.seen_at) & (WatchPosition.view_id < one.view_id)
    later: Condition = WatchPosition.viewer_id.does_not_exist() | same_view | before | at_once
    return later
