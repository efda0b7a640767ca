"""How videos are found and answered: interactions, search and the feed."""

from infra.stacks.capability import CapabilityStack


class DiscoveryStack(CapabilityStack):
    NAME = "Discovery"
    ROOMS = ("interactions", "search", "feed")
