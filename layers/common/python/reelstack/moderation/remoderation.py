"""Moderation anew when thresholds change: stored scores are judged again, no model runs.

Only what is published is looked at. What the new thresholds leave open goes before a person, what they reject is taken
down; both can be answered like any other verdict. Where a person approved the clip, that person saw what the scores
only guess at: nothing short of a rejection asks again, and then a person, not a takedown.
"""

from typing import Any

from pydantic import BaseModel

from reelstack import audit_log
from reelstack.audit_log import Change, Check
from reelstack.classification import verdicts
from reelstack.classification.verdicts import Judgement, Label, Verdict
from reelstack.moderation import review_queue, takedowns
from reelstack.moderation.review_queue import Kind
from reelstack.platform import cursors
from reelstack.platform.config import config
from reelstack.platform.telemetry import count
from reelstack.tables.moderation import Review
from reelstack.tables.videos import Video
from reelstack.videos import open_questions, videos
from reelstack.videos.videos import State


class Remoderation(BaseModel):
    """What a page of the videos table came to."""

    looked_at: int
    reviews: int
    """Published videos that a person is to look at now."""
    takedowns: int
    cursor: str | None
    """Send it back to go on; null when the whole table was looked at."""


def remoderate(limit: int, cursor: str | None, *, dry_run: bool) -> Remoderation:
    """Judges the published ones of the next `limit` videos by the thresholds of now; `dry_run` only counts."""
    after = cursors.decode(cursor, str)
    start: dict[str, Any] | None = {"video_id": {"S": after[0]}} if after else None
    found = Video.scan(limit=limit, page_size=limit, last_evaluated_key=start, consistent_read=True)
    page = list(found)
    published = [video for video in page if video.state == State.PUBLISHED and video.labels]
    approved = _approved([video.video_id for video in published])
    done = {Verdict.REVIEW: 0, Verdict.REJECT: 0}
    for video in published:
        judgement = judge(video, by_a_person=video.video_id in approved)
        if judgement.verdict is not Verdict.APPROVE:
            done[judgement.verdict] += dry_run or _apply(video, judgement)
    last = found.last_evaluated_key
    return Remoderation(
        looked_at=len(published),
        reviews=done[Verdict.REVIEW],
        takedowns=done[Verdict.REJECT],
        cursor=cursors.encode(last["video_id"]["S"]) if last else None,
    )


def judge(video: Video, *, by_a_person: bool) -> Judgement:
    """The verdict on stored scores. Labels that have no thresholds any more say nothing."""
    thresholds = verdicts.read_thresholds(config().moderation_thresholds)
    known = {Label(name): float(score) for name, score in video.labels.items() if name in thresholds}
    judgement = verdicts.judge(known, thresholds, verdicts.known_by(config().moderation_engines.split(",")))
    if not by_a_person:
        return judgement
    milder = Verdict.REVIEW if judgement.verdict is Verdict.REJECT else Verdict.APPROVE
    return Judgement(milder, judgement.labels, judgement.caused_by if milder is Verdict.REVIEW else ())


def _approved(video_ids: list[str]) -> set[str]:
    """Those of the videos that a person approved when asked last."""
    asked = Review.batch_get(video_ids, consistent_read=True) if video_ids else []
    return {review.video_id for review in asked if review.decision == "approve"}


def _apply(video: Video, judgement: Judgement) -> bool:
    """False if the video changed meanwhile: it is judged again by the next run."""
    why = ", ".join(f"{label} {judgement.labels[label]}" for label in judgement.caused_by)
    if judgement.verdict is Verdict.REJECT:
        action, then = "taken-down", State.REJECTED
        refused = takedowns.refusal(video, "policy-changed", why, audit_log.POLICY)
        changes: list[Change | Check] = [refused, open_questions.closing(video.video_id)]
    else:
        action, then = "asked", State.REVIEW
        hidden = Change(
            item=Video(video.video_id),
            actions=[Video.state.set(State.REVIEW), *videos.hidden()],
            condition=Video.state == State.PUBLISHED,
        )
        changes = [hidden, review_queue.question(video, Kind.POLICY, judgement.labels)]
    noted = audit_log.entry(video.video_id, audit_log.POLICY, action, why, {"state": video.state}, {"state": then})
    if not audit_log.commit(noted, *changes):
        return False
    count("VideoRemoderated")
    return True
