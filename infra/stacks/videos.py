"""The videos themselves: lifecycle, who may see them, moderation, keys of their delivery, storage classes."""

from infra.stacks.capability import CapabilityStack
from infra.workflows.machines import tiering_machine

DENIALS_SECONDS = 90
"""How long a denial that could not be written stays hidden: longer than its writer may run."""


class VideosStack(CapabilityStack):
    NAME = "Videos"
    ROOMS = ("videos", "moderation", "delivery", "tiering")
    QUEUES = {"denials": DENIALS_SECONDS}  # noqa: RUF012

    def _after(self) -> None:
        self.machine = tiering_machine(self, self.wiring.settings, self.wiring.names, self.wiring.stores.media)
        self.alarms.machine(self.machine)
        self._output({"TieringMachineArn": self.machine.state_machine_arn})
