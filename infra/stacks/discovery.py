"""How videos are found and answered: interactions, search, the feed, and what viewers do with it."""

from infra.stacks.capability import CapabilityStack

PLAYS_SECONDS = 360
"""How long plays that could not be counted stay hidden: six times their consumer's timeout, as Lambda advises."""


class DiscoveryStack(CapabilityStack):
    NAME = "Discovery"
    ROOMS = ("interactions", "search", "feed", "behavior")
    QUEUES = {"plays": PLAYS_SECONDS}  # noqa: RUF012
