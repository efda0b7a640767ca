"""Refusals of comments."""

from reelstack.errors import Forbidden, NotFound, Unprocessable


class CommentNotFound(NotFound):
    type, title = "comment-not-found", "There is no such comment"


class NotYourComment(Forbidden):
    type, title = "not-your-comment", "This comment belongs to someone else"


class CommentRejected(Unprocessable):
    type, title = "comment-rejected", "Moderation does not take this text"


class NotAThread(Unprocessable):
    type, title = "not-a-thread", "A reply has no replies: answer the comment it answers"
