"""What people report, and how moderators come to look at it.

A report is one item a person and thing, so nobody can pile up on their own. What follows is read off the stream: a
video's review is opened or becomes more urgent, a comment is put into its queue. How many people reported a thing is
counted anew each time, so a record that comes twice changes nothing.
"""

from collections import Counter
from enum import StrEnum
from typing import Any

from reelstack import audit_log
from reelstack.audit_log import Change, Check
from reelstack.interactions import comment_ids, comments
from reelstack.interactions.errors import CommentNotFound
from reelstack.moderation import review_queue
from reelstack.moderation.review_queue import Kind
from reelstack.platform import cursors
from reelstack.platform.stream_records import EventName, StreamRecord
from reelstack.tables.interactions import Comment
from reelstack.tables.moderation import Report, Review
from reelstack.tables.videos import Video
from reelstack.videos import access, videos
from reelstack.videos.videos import State

LABEL = "reported"
MOST_COUNTED = 1000
"""People who say the same: more change nothing. Each batch counts anew, and must not read all that came before it."""


class Reason(StrEnum):
    SPAM = "spam"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    HATE = "hate"
    HARASSMENT = "harassment"
    SELF_HARM = "self-harm"
    MINORS = "minors"
    COPYRIGHT = "copyright"
    OTHER = "other"


def report_video(reporter_id: str, video_id: str, reason: Reason, detail: str) -> bool:
    """False if they reported it before. Raises what access.check_can_view raises."""
    access.check_can_view(video_id, reporter_id)
    return _report(reporter_id, video_id, reason, detail)


def report_comment(reporter_id: str, video_id: str, comment_id: str, reason: Reason, detail: str) -> bool:
    """False if they reported it before. Raises what comments.find_visible raises."""
    comments.find_visible(video_id, comment_id, reporter_id)
    return _report(reporter_id, comment_ids.counter_of(video_id, comment_id), reason, detail)


def list_reports(subject: str, limit: int, cursor: str | None) -> tuple[list[Report], str | None]:
    """A page of what was said about a video or a comment, the newest first, and the cursor of the next page."""
    after = cursors.decode(cursor, int, str)
    start = after and {
        "subject": {"S": subject},
        "reported_at": {"N": str(after[0])},
        "reporter_id": {"S": after[1]},
    }
    found = list(
        Report.by_subject.query(subject, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start or None)
    )
    page = found[:limit]
    return page, cursors.encode(int(page[-1].reported_at), page[-1].reporter_id) if len(found) > limit else None


def _report(reporter_id: str, subject: str, reason: Reason, detail: str) -> bool:
    made = Report(reporter_id, subject, reason=reason, detail=detail or None, reported_at=videos.now_ms())
    return made.put_if(Report.reporter_id.does_not_exist())


# --- what follows ----------------------------------------------------------------------------------------------------


def follow(records: list[StreamRecord]) -> int:
    """Asks moderators about what stream records of reports are about. Returns about how many things they are asked."""
    new = Counter(record.keys["subject"] for record in records if record.event_name is EventName.INSERT)
    asked = 0
    for subject, seen in new.items():
        # The index follows a moment after the stream.
        people = min(max(seen, _reporters(subject)), MOST_COUNTED)
        video_id, _, comment_id = subject.partition("/")
        asked += _ask_comment(video_id, comment_id, people) if comment_id else _ask_video(video_id, people)
    return asked


def _reporters(subject: str) -> int:
    """Up to MOST_COUNTED. Not `count`, which goes through all pages whatever its limit."""
    found = Report.by_subject.query(subject, limit=MOST_COUNTED, attributes_to_get=["reporter_id"])
    return sum(1 for _ in found)


def severity(people: int) -> float:
    """0.5 for one, 0.75 for two: as a label's score, so that reported clips and those of engines share one queue."""
    return round(1 - 0.5**people, 4)


def worth_asking(people: int, answered: int) -> bool:
    """Whether a question that was answered is put again: when twice as many people say so."""
    return people >= 2 * answered


def _worth_asking_again(review: Review | None, people: int) -> bool:
    return review is None or review.kind != Kind.REPORTS or worth_asking(people, int(review.reports or 0))


def _ask_video(video_id: str, people: int) -> bool:
    video, review = videos.find_or_none(video_id), review_queue.find_or_none(video_id)
    if video is None:
        return False
    labels = {**(dict(review.labels) if review else video.labels or {}), LABEL: severity(people)}
    if review and review_queue.is_open(review, video):
        change = _raised(review, labels, people)
    elif video.state != State.PUBLISHED or not _worth_asking_again(review, people):
        return False
    else:
        change = review_queue.question(video, Kind.REPORTS, labels, reports=people)
    # A question stands in one state of its video only: what takes the video out of that has closed the question.
    same = Check(model=Video, key=video_id, condition=Video.state == video.state)
    noted = audit_log.entry(video_id, audit_log.MACHINE, "reported", "", after={"reports": people})
    return audit_log.commit(noted, change, same)


def _raised(review: Review, labels: dict[str, float], people: int) -> Change:
    urgency = max(int(review.urgency), review_queue.urgency(labels, int(review.asked_at)))
    return Change(
        item=Review(review.video_id),
        actions=[Review.labels.set(labels), Review.urgency.set(urgency), Review.reports.set(people)],
        condition=Review.queue.exists() & (Review.asked_at == review.asked_at) & _fewer(Review, people),
    )


def _ask_comment(video_id: str, comment_id: str, people: int) -> bool:
    try:
        comment = comments.find(video_id, comment_id)
    except CommentNotFound:
        return False
    if not comment.queue and not worth_asking(people, int(comment.reports or 0)):
        return False
    queue = comments.CommentQueue(comment.queue or comments.CommentQueue.REPORTED)
    actions: list[Any] = [Comment.queue.set(queue), Comment.reports.set(people)]
    return comment.update_if((Comment.state == comment.state) & _fewer(Comment, people), actions)


def _fewer(model: Any, people: int) -> Any:
    return model.reports.does_not_exist() | (model.reports < people)
