"""The videos themselves: their lifecycle, who may see them, moderation, and the keys of their delivery."""

from infra.stacks.capability import CapabilityStack


class VideosStack(CapabilityStack):
    NAME = "Videos"
    ROOMS = ("videos", "moderation", "delivery")
