"""Functions of some rooms, with everything that belongs to them: triggers, routes, alarms, layers.

Such a stack exports nothing and imports only from the stacks below it, whose exports do not depend on any function. So
a function can be added, renamed or removed by one deployment in the ordinary order.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.api.routes import add_routes
from infra.catalogue import Fn
from infra.functions.concurrency import called_by_queue
from infra.functions.factory import make_functions
from infra.functions.wiring import Wiring
from infra.messaging.queues import WorkQueue, work_queue
from infra.messaging.triggers import Triggers
from infra.monitoring.alarms import Alarms


class CapabilityStack(Stack):
    """A subclass names its rooms; what only it has it makes in `_before` and `_after` the functions."""

    NAME: ClassVar[str]
    ROOMS: ClassVar[tuple[str, ...]]
    QUEUES: ClassVar[dict[str, int]] = {}
    """Work queues by name, with the seconds that a message stays hidden once it was received."""
    QUEUES_OF_STREAM: ClassVar[tuple[str, ...]] = ()
    """Those of them that only hold what the event stream did not take; profile `core` has no stream."""

    def __init__(
        self, scope: Construct, construct_id: str, wiring: Wiring, functions: Sequence[Fn], **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.lines = [line for line in functions if line.room in self.ROOMS]
        self.alarms = Alarms(self, wiring.names, wiring.settings)
        self.queues = {name: self._work_queue(wiring, name, hidden) for name, hidden in self.QUEUES.items()}
        self.wiring = self._before(wiring)
        self.functions = make_functions(self, self.lines, self.wiring)
        self.triggers = Triggers(self, self.lines, self.functions, wiring.names, self.alarms)
        self._wire()
        self._after()

    def _before(self, wiring: Wiring) -> Wiring:
        """Makes what the functions of this stack are told of, and returns the wiring with it."""
        return wiring

    def _after(self) -> None:
        """Makes what needs the functions."""

    def _wire(self) -> None:
        wiring = self.wiring
        queues: dict[str, sqs.IQueue] = {name: work.queue for name, work in self.queues.items()}
        self.triggers.follow_streams(wiring.stores.streams)
        if wiring.settings.profile == "full":
            self.triggers.follow_events()
        unread = () if wiring.settings.profile == "full" else self.QUEUES_OF_STREAM
        self.triggers.read_queues(queues, lambda function: called_by_queue(wiring.settings, function), unread)
        self.triggers.listen(has_jobs=wiring.settings.profile == "full")
        for line in self.lines:
            function = self.functions[line.name]
            self.alarms.function(line, function)
            if line.routes or line.public_routes:
                add_routes(self, line, function.invocable, wiring.gateway, wiring.names)

    def _work_queue(self, wiring: Wiring, name: str, hidden_seconds: int) -> WorkQueue:
        return work_queue(self, self.alarms, wiring.names, name, hidden_seconds)

    def _output(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            CfnOutput(self, f"Out{name}", key=name, value=value)
