"""Refusals of the feed."""

from reelstack.errors import Conflict


class HiddenLimitReached(Conflict):
    type, title = "hidden-limit-reached", "You hide as many of these as one may; show one again first"
