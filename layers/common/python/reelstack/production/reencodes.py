"""Making a published video anew: with another ladder, another codec, or one rendition. What is played stays meanwhile.

The attempt has objects of its own (steps.asset_prefix). One conditional write puts them in the place of the old ones,
which go when the last address of them has expired.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from reelstack.media.ladder import Plan
from reelstack.production import leftovers, originals, slots
from reelstack.production.errors import NothingToReencode, OriginalGone, RenditionUnknown
from reelstack.production.jobs import Order
from reelstack.tables.production import Claim
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority
from reelstack.videos import lifecycle, listings, videos
from reelstack.videos.errors import VideoArchived
from reelstack.videos.videos import State


def request(video: Video, priority: Priority, renditions: tuple[str, ...] = ()) -> Video:
    """Asks for the next attempt at a published video; the change itself orders it (publish_video_events).

    `renditions` may be such as it lacks (production.ladder_completion). The same again while it is under way changes
    nothing. An original that is archived is restored first, which may take two days (production.originals). Raises
    NothingToReencode, RenditionUnknown, VideoArchived or OriginalGone.
    """
    if video.archive_state:
        raise VideoArchived
    known = {*_names(video.asset), *_left_out(video.asset)}
    if unknown := sorted(set(renditions) - known):
        raise RenditionUnknown(f"It has {', '.join(sorted(known))}", renditions=unknown)
    if video.reencode_attempt and not _is_over(video):
        return video
    if video.state == State.PUBLISHED and not originals.is_kept(video.upload_id):
        raise OriginalGone
    if order(video, priority, renditions):
        return video
    video.refresh(consistent_read=True)
    if video.state != State.PUBLISHED:
        raise NothingToReencode
    if video.archive_state:
        raise VideoArchived
    return video  # another request at the same moment was first


def order(
    video: Video,
    priority: Priority,
    renditions: tuple[str, ...],
    *,
    condition: Condition | None = None,
    noted: Sequence[Action] = (),
) -> bool:
    """The write that asks, under a further `condition`, with what else is `noted` on the item. False if the video is
    archived or not published any more, or changed since it was read."""
    unchanged = (
        Video.reencode_attempt == video.reencode_attempt
        if video.reencode_attempt
        else Video.reencode_attempt.does_not_exist()
    )
    attempt = int(video.attempts or video.attempt) + 1
    actions: list[Action] = [
        Video.attempts.set(attempt),
        Video.reencode_attempt.set(attempt),
        Video.reencode_priority.set(priority),
        Video.reencode_renditions.set(",".join(renditions)) if renditions else Video.reencode_renditions.remove(),
        Video.reencode_reason.remove(),
        *noted,
    ]
    allowed = (Video.state == State.PUBLISHED) & Video.archive_state.does_not_exist() & unchanged
    return video.update_if(allowed & condition if condition is not None else allowed, actions)


def _names(asset: dict[str, Any] | None) -> list[str]:
    return [one["name"] for one in (asset or {}).get("renditions", [])]


def _left_out(asset: dict[str, Any] | None) -> list[str]:
    """Names of the renditions that were not made so far, because few watch the clip."""
    return list((asset or {}).get("left_out") or ())


def _is_over(video: Video) -> bool:
    """Whether the re-encode that the video names was started and holds no slot any more, so that nothing will end it:
    one that met a takedown in an earlier release."""
    order = Order(video.upload_id, int(video.reencode_attempt))
    claim = next(iter(Claim.query(video.upload_id, consistent_read=True)), None)
    started = claim is not None and int(claim.attempt) == order.attempt and claim.started
    return bool(started) and not slots.is_held(order.execution)


class Reencoded(BaseModel):
    asked: list[str]
    """Ids of the videos that will be made anew."""
    seen: int
    cursor: str | None


def request_many(without_codec: str | None, before_ms: int | None, limit: int, cursor: str | None) -> Reencoded:
    """Asks, at low priority, for those of a page of published public videos that fit; the cursor leads to the next."""
    page, following = listings.everything(limit, cursor)
    fitting = [
        video
        for video in page
        if (before_ms is None or int(video.published_at or 0) < before_ms)
        and without_codec not in [one["codec"] for one in (video.asset or {}).get("renditions", [])]
    ]
    asked = []
    for video in fitting:
        try:
            request(video, Priority.LOW)
        except (NothingToReencode, VideoArchived, OriginalGone):  # some since the page was read
            continue
        asked.append(video.video_id)
    return Reencoded(asked=asked, seen=len(page), cursor=following)


def is_asked_for(video_id: str, attempt: int) -> bool:
    """Whether this attempt makes a published video anew."""
    video = videos.find_or_none(video_id)
    return video is not None and video.state == State.PUBLISHED and video.reencode_attempt == attempt


def publish(video_id: str, attempt: int, asset: dict[str, Any]) -> bool:
    """Puts the new asset in the place of the old one. False if this was no reencode, or is none any more."""
    video = videos.find_or_none(video_id)
    if video is None or video.reencode_attempt != attempt or not video.asset:
        return False
    actions = [Video.attempt.set(attempt), *lifecycle.played(asset), Video.preview.remove(), *videos.no_reencode()]
    # Written before the swap: if that comes to nothing, its remover sees that the old attempt is played.
    leftovers.note(video_id, int(video.attempt))
    return _settle(video_id, attempt, actions)


def narrow(plan: Plan, video_id: str, renditions: tuple[str, ...], *, whole: bool = True) -> Plan:
    """The plan with only `renditions` encoded anew, the others taken over from what is played; all if none is named.

    What was left out so far stays so unless it is named; where none is, `whole` says whether it is made now.
    """
    video = videos.find_or_none(video_id)
    asset = video.asset if video else None
    if renditions or not whole:
        plan = plan.without(set(_left_out(asset)) - set(renditions))
    if not renditions or not asset:
        return plan
    if any(one.get("frames", plan.facts.frames) != plan.facts.frames for one in asset["renditions"]):
        return plan  # an earlier release laid the clip on other frames: its renditions do not fit beside new ones
    return plan.only(renditions, _names(asset), asset["prefix"])


def give_up(video_id: str, attempt: int, reason: str) -> bool:
    """The reencode came to nothing: the video stays as it was. False if this was no reencode."""
    return _settle(video_id, attempt, [*videos.no_reencode(), Video.reencode_reason.set(reason)])


def _settle(video_id: str, attempt: int, actions: list[Any]) -> bool:
    return Video(video_id).update_if((Video.state == State.PUBLISHED) & (Video.reencode_attempt == attempt), actions)
