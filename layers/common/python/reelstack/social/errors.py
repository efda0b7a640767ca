"""Refusals of follows, follow requests and blocks."""

from reelstack.errors import Forbidden, NotFound, Unprocessable


class RequestNotFound(NotFound):
    type, title = "request-not-found", "This user does not ask to follow you"


class FollowingLimitReached(Forbidden):
    type, title = "following-limit-reached", "You follow as many users as one may"


class FollowerLimitReached(Forbidden):
    type, title = "follower-limit-reached", "They follow as many users as one may"


class SelfRelationship(Unprocessable):
    type, title = "self-relationship", "Nobody follows or blocks themselves"
