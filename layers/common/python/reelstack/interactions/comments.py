"""Comments: written, changed and removed. Threads are one level deep; what moderation's words do not pass waits.

A comment lies in one of its video's partitions, chosen by its id, so that a hot video's comments are no hot partition.
Nothing is written to the video's or the thread's own item: counts follow from the stream.
"""

import re
from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.classification import text_moderation, verdicts
from reelstack.classification.verdicts import Label, Verdict
from reelstack.interactions import comment_ids, comment_ranking
from reelstack.interactions.errors import CommentNotFound, CommentRejected, NotAThread, NotYourComment
from reelstack.platform import retry
from reelstack.platform.config import config
from reelstack.platform.errors import StorageBusy
from reelstack.social import blocks
from reelstack.tables import transactions
from reelstack.tables.interactions import Comment
from reelstack.videos import access, videos

MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?)(?![\w@])")
MENTIONS_MOST = 10
EDIT_ATTEMPTS = 4


class CommentState(StrEnum):
    VISIBLE = "visible"
    HELD = "held"
    """Waits for a moderator; its author alone sees it."""
    DELETED = "deleted"


class CommentQueue(StrEnum):
    """What a moderator is asked about a comment."""

    HELD = "held"
    REPORTED = "reported"


def find(video_id: str, comment_id: str) -> Comment:
    """The item, unless it is deleted. Raises CommentNotFound."""
    try:
        comment = Comment.get(comment_ids.thread_of(video_id, comment_id), comment_id, consistent_read=True)
    except Comment.DoesNotExist as missing:
        raise CommentNotFound from missing
    if comment.state == CommentState.DELETED:
        raise CommentNotFound
    return comment


def find_visible(video_id: str, comment_id: str, viewer_id: str | None) -> Comment:
    """A comment that `viewer_id` may read. Raises what access.check_can_view raises, CommentNotFound."""
    access.check_can_view(video_id, viewer_id)
    comment = find(video_id, comment_id)
    if not _may_read(comment, viewer_id):
        raise CommentNotFound
    return comment


def has_place(video_id: str, comment_id: str, viewer_id: str | None) -> bool:
    """Whether lists have a place for a comment, as `viewer_id` reads them, and so for its replies: a deleted one keeps
    its place. Eventually consistent."""
    found = next(iter(Comment.batch_get([(comment_ids.thread_of(video_id, comment_id), comment_id)])), None)
    return found is not None and (found.state == CommentState.DELETED or _may_read(found, viewer_id))


def _may_read(comment: Comment, viewer_id: str | None) -> bool:
    if comment.author_id == viewer_id:
        return True
    return comment.state == CommentState.VISIBLE and bool(access.filter_present((comment.author_id,), viewer_id))


def write(video_id: str, author_id: str, text: str, answers: str | None = None) -> Comment:
    """A new comment, or reply to the comment `answers`.

    Raises what access.check_can_view raises, CommentNotFound, NotAThread (`answers` is a reply itself) or
    CommentRejected.
    """
    known = access.check_can_interact(video_id, author_id)
    with access.telling_viewers(video_id, author_id):
        return _write(video_id, author_id, text, answers, {known["owner_id"]})


def _write(video_id: str, author_id: str, text: str, answers: str | None, others: set[str]) -> Comment:
    """Unless a block stands between its author and one of `others`."""
    if answers:
        if comment_ids.answered(answers):
            raise NotAThread
        parent = find(video_id, answers)
        if parent.state != CommentState.VISIBLE or access.account(parent.author_id).gone:
            raise CommentNotFound
        others = others | {parent.author_id}
    at = videos.now_ms()
    comment_id = comment_ids.new(at, answers)
    made = Comment(
        comment_ids.thread_of(video_id, comment_id),
        comment_id,
        video_id=video_id,
        author_id=author_id,
        text=text,
        mentions=mentions(text),
        created_at=at,
        **_standing(text, comment_id),
    )

    def build(transaction: TransactWrite) -> None:
        for other in sorted(others):
            blocks.absent(transaction, author_id, other)
        transaction.save(made, condition=Comment.comment_id.does_not_exist())

    if transactions.commit(build):
        raise CommentNotFound
    return made


def edit(video_id: str, comment_id: str, author_id: str, text: str) -> Comment:
    """A new text, judged like the first, and no more possible across a block than that.

    Raises what find_visible raises, NotYourComment, CommentRejected, or StorageBusy when reports and moderators kept
    getting in between.
    """
    known = access.check_can_interact(video_id, author_id)
    with access.telling_viewers(video_id, author_id):
        return _edit_own(video_id, comment_id, author_id, text, known["owner_id"])


def _edit_own(video_id: str, comment_id: str, author_id: str, text: str, owner_id: str) -> Comment:
    for _ in retry.attempts(EDIT_ATTEMPTS):
        comment = find(video_id, comment_id)
        if comment.author_id != author_id:
            find_visible(video_id, comment_id, author_id)  # who may not read it is not told whose it is
            raise NotYourComment
        others = sorted({owner_id} | _answered_author(comment))
        refused = transactions.commit(partial(_edit, comment, text, others))
        if not refused:
            comment.refresh(consistent_read=True)
            return comment
        if min(refused) < len(others):
            raise CommentNotFound
    raise StorageBusy


def _edit(comment: Comment, text: str, others: list[str], transaction: TransactWrite) -> None:
    """Unless a block stands between its author and one of `others`, or it was judged or reported since it was read."""
    stands = _standing(text, comment.comment_id)
    if comment.queue == CommentQueue.REPORTED:
        stands.setdefault("queue", comment.queue)  # what people reported is looked at, whatever it says by now
    edited: list[Any] = [Comment.text.set(text), Comment.mentions.set(mentions(text))]
    actions = [*edited, Comment.edited_at.set(videos.now_ms())]
    for name in ("state", "queue", "rank"):
        attribute = getattr(Comment, name)
        if stands.get(name) is None:
            actions.append(attribute.remove())
        elif name != "rank" or comment.rank is None:  # likes may have moved it meanwhile
            actions.append(attribute.set(stands[name]))
    for other in others:
        blocks.absent(transaction, comment.author_id, other)
    transaction.update(comment, actions=actions, condition=(Comment.state == comment.state) & _asked(comment))


def _answered_author(reply: Comment) -> set[str]:
    """Who wrote what a reply answers, deleted or not; nobody once that account was erased, or of a comment."""
    answered = comment_ids.answered(reply.comment_id)
    keys = [(comment_ids.thread_of(reply.video_id, answered), answered)] if answered else []
    found = Comment.batch_get(keys, consistent_read=True) if keys else ()
    return {one.author_id for one in found if one.author_id}


def delete(video_id: str, comment_id: str, caller_id: str, *, moderator: bool = False) -> None:
    """By its author, the video's owner or a moderator. The text is gone with it; who replied stays.

    Raises CommentNotFound, NotYourComment or what access.check_can_view raises.
    """
    with nullcontext() if moderator else access.telling_viewers(video_id, caller_id):
        comment = find(video_id, comment_id)
        if comment.author_id != caller_id and moderator:
            if not judge(comment, removal(caller_id), caller_id, "comment-removed"):
                raise CommentNotFound
            return
        if comment.author_id != caller_id and access.check_can_view(video_id, caller_id)["owner_id"] != caller_id:
            find_visible(video_id, comment_id, caller_id)  # who may not read it is not told whose it is
            raise NotYourComment
        if comment.author_id != caller_id and comment.state != CommentState.VISIBLE:
            raise CommentNotFound
        _change(comment, removal(caller_id))


def removal(by: str) -> list[Any]:
    """What is written when a comment is removed."""
    gone: list[Any] = [Comment.text, Comment.mentions, Comment.rank, Comment.queue]
    return [Comment.state.set(CommentState.DELETED), Comment.deleted_by.set(by), *(one.remove() for one in gone)]


def judge(comment: Comment, actions: list[Any], moderator_id: str, action: str) -> bool:
    """A moderator's act, in one transaction with its entry in the video's audit log, which keeps no words: what is
    removed is gone. False if the comment is not as it was read any more; else it holds what was written."""
    told = {
        "comment_id": comment.comment_id,
        "author_id": comment.author_id,
        "state": comment.state,
        "queue": comment.queue,
        "reports": int(comment.reports or 0),
    }
    same = (Comment.state == comment.state) & (Comment.text == comment.text) & _asked(comment)
    noted = audit_log.entry(comment.video_id, moderator_id, action, "", before=told)
    if not audit_log.commit(noted, Change(item=comment, actions=actions, condition=same)):
        return False
    comment.refresh(consistent_read=True)
    return True


def _asked(comment: Comment) -> Condition:
    """That moderators are still asked about it what they were when it was read."""
    return Comment.queue == comment.queue if comment.queue else Comment.queue.does_not_exist()


def mentions(text: str) -> list[str]:
    """The handles a text names, lower case, in order; at most MENTIONS_MOST."""
    found = (match.group(1).lower() for match in MENTION.finditer(text))
    return list(dict.fromkeys(found))[:MENTIONS_MOST]


def _standing(text: str, comment_id: str) -> dict[str, Any]:
    """What moderation's words make of a text: visible, or waiting for a person. Raises CommentRejected."""
    threshold = verdicts.read_thresholds(config().moderation_thresholds)[Label.PROFANITY]
    verdict = threshold.verdict(text_moderation.scores([text])["profanity"])
    if verdict is Verdict.REJECT:
        raise CommentRejected
    if verdict is Verdict.REVIEW:
        return {"state": CommentState.HELD, "queue": CommentQueue.HELD}
    return standing_visible(comment_id)


def standing_visible(comment_id: str) -> dict[str, Any]:
    """Only what answers nothing is ranked."""
    return {
        "state": CommentState.VISIBLE,
        **({} if comment_ids.answered(comment_id) else {"rank": comment_ranking.rank(0, comment_id)}),
    }


def _change(comment: Comment, actions: list[Any]) -> Comment:
    """Raises CommentNotFound if it is not as it was read any more."""
    if not comment.update_if(Comment.state == comment.state, actions):
        raise CommentNotFound
    return comment
