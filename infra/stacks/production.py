"""From an upload to a playable video: uploads, the production machine with its queues, and operations."""

from dataclasses import replace
from typing import Any

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from infra.engines.managed_engines import ManagedEngines
from infra.functions.wiring import Wiring
from infra.messaging.queues import dead_letters
from infra.names import camel
from infra.stacks.capability import CapabilityStack
from infra.workflows.machines import decision_machine, production_machine
from reelstack.uploads.priorities import Priority

COMPOSE_SECONDS = 330
"""How long a message to compose stays hidden: longer than its function may run."""
PRODUCTION_SECONDS = 90
UPLOADED = ("PutObject", "CompleteMultipartUpload")
"""Reasons of "Object Created" that mean a client finished an upload; copies and replicas make the event too."""
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
JOB_STATES = ("PROGRESSING", "STATUS_UPDATE", "COMPLETE", "ERROR", "CANCELED")


class ProductionStack(CapabilityStack):
    NAME = "Production"
    ROOMS = ("uploads", "production", "operations")
    QUEUES = {"compose": COMPOSE_SECONDS, **{f"production-{p}": PRODUCTION_SECONDS for p in Priority}}  # noqa: RUF012

    def _before(self, wiring: Wiring) -> Wiring:
        self.managed = ManagedEngines(self, "Managed", wiring.names, wiring.stores)
        return replace(wiring, managed=self.managed)

    def _after(self) -> None:
        self.machine = production_machine(self, self.wiring.settings, self.wiring.names)
        self.decision_machine = decision_machine(self, self.wiring.settings, self.wiring.names)
        for machine in (self.machine, self.decision_machine):
            self.alarms.machine(machine)
        self.alarms.production_backlog()
        self.alarms.open_reviews(self.wiring.settings.review_days)
        for priority in Priority:
            self._enqueue(priority)
        self._rule("ProductionEnded", "start_production", **self._ended())
        self._rule("OriginalRestored", "start_production", **self._restored())
        self._rule("Transcoded", "receive_mediaconvert_event", **self._transcoded())
        self.triggers.target("receive_rekognition_result")
        undelivered = dead_letters(self, self.alarms, "RekognitionDead")
        self.managed.notify(self.functions["receive_rekognition_result"], undelivered)
        self._output(
            {
                **{f"{camel(name)}QueueUrl": work.queue.queue_url for name, work in self.queues.items()},
                **{f"{camel(name)}DeadQueueUrl": work.dead.queue_url for name, work in self.queues.items()},
                "ProductionMachineArn": self.machine.state_machine_arn,
                "DecisionMachineArn": self.decision_machine.state_machine_arn,
            }
        )

    def _enqueue(self, priority: Priority) -> None:
        """Work goes into its queue; the same event starts `start_production`, which takes what it has slots for."""
        work: list[events.IRuleTarget] = [
            targets.SqsQueue(self.queues[f"production-{priority}"].queue),
            self.triggers.target("start_production"),
        ]
        uploaded = {
            "bucket": {"name": [self.wiring.stores.uploads.bucket_name]},
            "object": {"key": [{"prefix": f"originals/{priority}/"}]},
            "reason": list(UPLOADED),
        }
        events.Rule(
            self,
            f"Uploaded{priority.title()}",
            event_pattern=events.EventPattern(source=["aws.s3"], detail_type=["Object Created"], detail=uploaded),
            targets=work,
        )
        # A request that names no priority is a normal one.
        named: list[Any] = [priority, {"exists": False}] if priority == Priority.NORMAL else [priority]
        events.Rule(
            self,
            f"ProductionRequested{priority.title()}",
            event_bus=self.triggers.bus,
            event_pattern=events.EventPattern(
                source=["reelstack"], detail_type=["ProductionRequested"], detail={"priority": named}
            ),
            targets=work,
        )

    def _rule(self, construct_id: str, function: str, source: str, detail_type: str, detail: dict[str, Any]) -> None:
        events.Rule(
            self,
            construct_id,
            event_pattern=events.EventPattern(source=[source], detail_type=[detail_type], detail=detail),
            targets=[self.triggers.target(function)],
        )

    def _ended(self) -> dict[str, Any]:
        machine = self.wiring.names.machine_arn("production")
        return {
            "source": "aws.states",
            "detail_type": "Step Functions Execution Status Change",
            "detail": {"stateMachineArn": [machine], "status": list(ENDED)},
        }

    def _restored(self) -> dict[str, Any]:
        originals = {
            "bucket": {"name": [self.wiring.stores.uploads.bucket_name]},
            "object": {"key": [{"prefix": "originals/"}]},
        }
        return {"source": "aws.s3", "detail_type": "Object Restore Completed", "detail": originals}

    def _transcoded(self) -> dict[str, Any]:
        queue = self.wiring.names.mediaconvert_queue_arn
        return {
            "source": "aws.mediaconvert",
            "detail_type": "MediaConvert Job State Change",
            "detail": {"queue": [queue], "status": list(JOB_STATES)},
        }
