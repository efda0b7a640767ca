"""The videos themselves: their lifecycle, who may see them, moderation, and the keys of their delivery."""

from infra.stacks.capability import CapabilityStack

DENIALS_SECONDS = 90
"""How long a denial that could not be written stays hidden: longer than its writer may run."""


class VideosStack(CapabilityStack):
    NAME = "Videos"
    ROOMS = ("videos", "moderation", "delivery")
    QUEUES = {"denials": DENIALS_SECONDS}  # noqa: RUF012
    QUEUES_OF_STATE = ("restored",)
