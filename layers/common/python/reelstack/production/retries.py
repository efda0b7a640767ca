"""Further attempts at a production that failed, each of which costs as much as the first.

An owner may ask for `max_retries` attempts at one video, and each counts as an upload of the day, in the transaction
that asks for it: two requests at once are one attempt, and one count. An administrator may ask at any time; that is an
act of staff, in the audit log. The change of the video itself starts the attempt (publish_video_events).
"""

from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.platform import cache
from reelstack.platform.config import config
from reelstack.production.errors import NothingToRetry, RetriesExhausted
from reelstack.tables import transactions
from reelstack.tables.videos import Video
from reelstack.uploads import quotas
from reelstack.videos import videos
from reelstack.videos.videos import State


def request(video: Video, by: str) -> Video:
    """Asks for the next attempt; the same again while it waits changes nothing.

    Raises NothingToRetry, or, for its owner, RetriesExhausted or a QuotaExceeded.
    """
    if video.state == State.QUEUED:
        return video
    again: list[Any] = [Video.state.set(State.QUEUED), Video.attempt.set(int(video.attempt) + 1)]
    again += [Video.reason.remove(), Video.reason_detail.remove()]
    failed = (Video.state == State.FAILED) & (Video.attempt == video.attempt)
    cache.changing(*videos.cache_keys(video.video_id))
    if video.owner_id == by:
        _by_owner(video, again, failed)
    elif not audit_log.commit(
        audit_log.entry(video.video_id, by, "retried", ""), Change(item=video, actions=again, condition=failed)
    ):
        raise NothingToRetry
    video.refresh(consistent_read=True)
    return video


def _by_owner(video: Video, again: list[Any], failed: Condition) -> None:
    if video.state != State.FAILED:
        raise NothingToRetry
    most = config().max_retries
    if int(video.retries or 0) >= most:
        raise RetriesExhausted(max_retries=most)
    quotas.check_day(video.owner_id, 0)
    few = Video.retries.does_not_exist() | (Video.retries < most)

    def build(transaction: TransactWrite) -> None:
        transaction.update(video, actions=[*again, Video.retries.add(1)], condition=failed & few)
        quotas.count_day(transaction, video.owner_id, 0)

    if transactions.commit(build):
        # Another request was first: it asked for this attempt, or took the last place of the day.
        quotas.check_day(video.owner_id, 0)
        if videos.find(video.video_id).state != State.QUEUED:
            raise NothingToRetry
