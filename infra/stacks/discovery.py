"""How videos are found and answered: interactions, search, the feed, and what viewers do with it."""

from infra.stacks.capability import CapabilityStack

PLAYS_SECONDS = 180
"""How long plays that could not be counted stay hidden: six times their consumer's timeout, as Lambda advises."""

TABLE_EVENTS_SECONDS = 900
"""How long events stay hidden that the event stream did not take again: after five times, an hour and a quarter, they
are dead letters, to be sent again by hand."""


class DiscoveryStack(CapabilityStack):
    NAME = "Discovery"
    ROOMS = ("interactions", "search", "feed", "behavior")
    QUEUES = {"plays": PLAYS_SECONDS, "table-events": TABLE_EVENTS_SECONDS}  # noqa: RUF012
    QUEUES_OF_STREAM = ("table-events",)
