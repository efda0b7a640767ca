"""Refusals of moderation: who may decide, and what is not open to a decision."""

from reelstack.errors import Conflict, Forbidden


class OwnVideo(Forbidden):
    type, title = "own-video", "Nobody judges a video of their own"


class OwnComment(Forbidden):
    type, title = "own-comment", "Nobody judges a comment of their own"


class SecondReviewerRequired(Forbidden):
    type, title = "second-reviewer-required", "An appeal is decided by someone else than the first verdict was"


class NothingToDecide(Conflict):
    type, title = "nothing-to-decide", "This video is not waiting for a decision"


class ReviewHeld(Conflict):
    type, title = "review-held", "Another moderator is looking at this video"


class NothingToTakeDown(Conflict):
    type, title = "nothing-to-take-down", "This video is not published"


class NothingToAppeal(Conflict):
    type, title = "nothing-to-appeal", "There is no verdict of moderation to appeal against"


class AlreadyAppealed(Conflict):
    type, title = "already-appealed", "This verdict was appealed before"


class AppealTooLate(Conflict):
    type, title = "appeal-too-late", "The time to appeal against this verdict is over"


class WithdrawalInProgress(Conflict):
    type, title = "withdrawal-in-progress", "This video is still being withdrawn; decide in a moment"
