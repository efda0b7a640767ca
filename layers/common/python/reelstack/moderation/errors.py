"""Refusals of moderation: who may decide, and what is not open to a decision."""

from reelstack.errors import Conflict, Forbidden


class OwnVideo(Forbidden):
    type, title = "own-video", "Nobody judges a video of their own"


class OwnComment(Forbidden):
    type, title = "own-comment", "Nobody judges a comment of their own"


class SecondReviewerRequired(Forbidden):
    type, title = "second-reviewer-required", "An appeal is decided by someone else than the first verdict was"


class NothingToDecide(Conflict):
    type, title = "nothing-to-decide", "Nobody ever asked for a decision on this video"


class AlreadyDecided(Conflict):
    type, title = "already-decided", "This question was decided before"


class QuestionClosed(Conflict):
    """The video was taken down, deleted or made anew, or its production failed, before anybody decided."""

    type, title = "question-closed", "What was asked about this video needs no answer any more"


class AuthorGone(Conflict):
    type, title = "author-gone", "The account of this video's owner is deleted; nothing about it waits for a decision"


class CommentNotWaiting(Conflict):
    type, title = "comment-not-waiting", "This comment waits for nobody's decision"


class CommentChanged(Conflict):
    type, title = "comment-changed", "This comment was decided or changed meanwhile; look at it again"


class ReviewHeld(Conflict):
    type, title = "review-held", "Another moderator is looking at this video"


class NothingToTakeDown(Conflict):
    type, title = "nothing-to-take-down", "This video is not published"


class AlreadyRejected(Conflict):
    type, title = "already-rejected", "This video is rejected already, for another reason"


class NothingToAppeal(Conflict):
    type, title = "nothing-to-appeal", "There is no verdict of moderation to appeal against"


class AlreadyAppealed(Conflict):
    type, title = "already-appealed", "This verdict was appealed before"


class NothingToRestore(Conflict):
    type, title = "nothing-to-restore", "Nothing that could be published again is kept of this video"


class AppealTooLate(Conflict):
    type, title = "appeal-too-late", "The time to appeal against this verdict is over"


class WithdrawalInProgress(Conflict):
    type, title = "withdrawal-in-progress", "This video is still being withdrawn; decide in a moment"
