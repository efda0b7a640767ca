"""Taking a video out of everybody's reach, and bringing it back when an appeal is granted.

Three things, of which each alone would do, in the order of their speed: the edge denies the tokens that are in flight,
the objects leave the prefix that is served, and, if staff took the video down, caches are told to forget. Everything is
idempotent and asks the table what holds now: an event that comes twice or late does nothing wrong.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.classification.creator_record import Kind
from reelstack.delivery import denylist
from reelstack.moderation.errors import AlreadyRejected, NothingToTakeDown
from reelstack.platform import aws, retry, storage
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.tables.videos import Video
from reelstack.videos import access, lifecycle, listings, open_questions, strikes, videos
from reelstack.videos.audiences import OPEN, Audience
from reelstack.videos.errors import VideoChanging
from reelstack.videos.lifecycle import GONE
from reelstack.videos.listings import Position
from reelstack.videos.videos import CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS, QUARANTINE, SERVED, State

AT_ONCE = 8
OF_AN_ACCOUNT = 1000
"""Videos of an account in one go: 20 messages to the writer of denials."""
WATCHED = (State.PUBLISHED, State.RESTORING)
"""What can be taken down."""


class ChangedMeanwhile(RuntimeError):
    """The video is not what it was when its restoring began; the event comes again and finds what it is now."""


class MediaMissing(RuntimeError):
    """Not all objects of a video could be brought back: quarantine forgot them, or never had them."""


def take_down(video_id: str, reason: str, moderator_id: str) -> Video:
    """A moderator takes a published video down, or one that is being restored; its objects follow, and what was asked
    about it is closed. Taking it down twice is the same as once.

    Raises VideoNotFound, AlreadyRejected, NothingToTakeDown or VideoChanging.
    """
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        video = videos.find(video_id)
        if (video.state, video.reason) == (State.REJECTED, "taken-down"):
            return video
        if video.state == State.REJECTED:
            raise AlreadyRejected(reason=video.reason)
        if video.state not in WATCHED:
            raise NothingToTakeDown
        was, then = {"state": video.state}, {"state": State.REJECTED}
        note = audit_log.entry(video_id, moderator_id, "taken-down", reason, was, then)
        refused = refusal(video, "taken-down", reason, moderator_id)
        strike = strikes.of_video(video.owner_id, video_id, Kind.TAKEN_DOWN)
        if audit_log.commit(note, refused, strike, open_questions.closing(video_id)):
            video.refresh(consistent_read=True)
            return video
    raise VideoChanging


def refusal(video: Video, reason: str, detail: str, by: str) -> Change:
    """The change that rejects a video that was published: hidden with this write, withdrawn by what follows it. The
    same transaction answers or closes what is asked about the video."""
    return Change(
        item=Video(video.video_id),
        actions=[
            Video.state.set(State.REJECTED),
            Video.reason.set(reason),
            Video.reason_detail.set(detail[:500]),
            Video.rejected_at.set(videos.now_ms()),
            Video.rejected_by.set(by),
            Video.appealed_at.remove(),
            Video.quarantined_at.remove(),
            *videos.hidden(),
        ],
        condition=Video.state == video.state,
    )


# --- what follows ----------------------------------------------------------------------------------------------------


def withdraw(video_id: str) -> int:
    """Puts a video that is for fewer people than before out of the others' reach. Returns how many objects moved.

    Rejected or deleted, nobody may watch it. For fewer people, or in review again, some may: objects stay,
    tokens issued until now are refused, and the edge asks for the token before it looks into its cache.
    """
    try:
        video = Video.get(video_id, consistent_read=True)
    except Video.DoesNotExist:
        return 0
    if video.state not in GONE:
        if video.state != State.PUBLISHED or video.visibility not in OPEN:
            denylist.deny(video_id, issued_up_to=int(time.time()))
        return 0
    if not (video.preview or video.asset or video.leftovers):
        return 0  # an upload that was given up: there never was anything to watch
    denylist.deny(video_id)
    moved = _move(f"{SERVED}{video_id}/", f"{QUARANTINE}{video_id}/")
    Video(video_id).update([Video.quarantined_at.set(videos.now_ms())], Video.state.is_in(*GONE))
    if video.state == State.REJECTED and video.rejected_by not in (None, audit_log.POLICY):
        _invalidate(video, moved)
    count("VideoTakenOut")
    return len(moved)


def withdraw_of(owner_id: str, before: Position | None) -> tuple[int, Position | None]:
    """Refuses tokens of what an account that is for fewer people now has published before `before`: those issued until
    now, so that whoever may still watch asks for a new one. Returns of how many videos, and where the next page begins.

    Objects stay, and nothing is written to the videos: an account opens as it closed.
    """
    account = access.account_now(owner_id)
    if account.open and not account.gone:
        return 0, None
    page = list(islice(listings.published(owner_id, before, OF_AN_ACCOUNT), OF_AN_ACCOUNT))
    # Friends may still see what is for friends, unless the account is gone.
    closed = (*OPEN, Audience.FRIENDS) if account.gone else OPEN
    found = Video.batch_get([video_id for _, video_id in page], consistent_read=True) if page else ()
    refused = [video.video_id for video in found if video.state == State.PUBLISHED and video.visibility in closed]
    denylist.deny_all(refused, issued_up_to=int(time.time()))
    return len(refused), page[-1] if len(page) == OF_AN_ACCOUNT else None


def restore(video_id: str) -> bool:
    """Brings a video back whose appeal was granted: objects first, then, in one write, the video.

    Tokens from before stay refused. False if it is not to be restored (any more).
    Raises MediaMissing or ChangedMeanwhile.
    """
    video = videos.find_or_none(video_id)
    if video is None or video.state != State.RESTORING:
        return False
    _move(f"{QUARANTINE}{video_id}/", f"{SERVED}{video_id}/")
    _check_whole(video.asset)
    denylist.deny(video_id, issued_up_to=int(video.quarantined_at // 1000))
    if not _reinstate(video):
        lifecycle.note_leftovers(video_id)  # if it was deleted or taken down meanwhile
        raise ChangedMeanwhile(video_id)
    count("VideoRestored")
    return True


def _reinstate(video: Video) -> bool:
    """Published again, in one write; lists have it where it was. False if it was changed or deleted meanwhile."""
    actions = [*lifecycle.publication(video, video.asset), Video.rejected_at.remove(), Video.quarantined_at.remove()]
    actions += [Video.reason.remove(), Video.reason_detail.remove()]
    unchanged = (Video.state == State.RESTORING) & lifecycle.listed_as_read(video)
    return Video(video.video_id).update_if(unchanged, actions)


def _move(source: str, target: str) -> list[str]:
    """Moves every object below one prefix of the media bucket below another; what a broken run left follows."""
    keys = storage.list_keys("media", source)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda key: storage.move("media", key, target + key.removeprefix(source)), keys))
    return keys


def _check_whole(asset: dict[str, Any]) -> None:
    keys = set(storage.list_keys("media", asset["prefix"]))
    if asset["prefix"] + asset["master"] not in keys:
        raise MediaMissing(asset["prefix"])


def _invalidate(video: Video, moved: list[str]) -> None:
    """Has caches drop what a person of the staff took down. Denial is enough for viewers, since the edge asks for the
    token before its cache, so a failure is counted and ends nothing: CloudFront works on 15 wildcards at a time.

    One wildcard: a path of its own for each object would cost as much again for each. The reference makes a repeat of
    the same withdrawal the same invalidation.
    """
    try:
        name = config().distribution_parameter
        distribution = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        withdrawal = f"{int(video.rejected_at or 0)}-{int(video.leftovers or 0)}-{len(moved)}"
        batch = {
            "Paths": {"Quantity": 1, "Items": [f"/{SERVED}{video.video_id}/*"]},
            "CallerReference": f"{video.video_id}-{withdrawal}",
        }
        aws.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
    except (BotoCoreError, ClientError) as error:
        logger.warning("not invalidated; its tokens are denied", video_id=video.video_id, error=str(error))
        count("InvalidationFailed")
