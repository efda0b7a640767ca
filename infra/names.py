"""Physical names of a stage's resources, and the ARNs and addresses that follow from them.

One stack names what another holds by these, and not by a CloudFormation export: an export cannot be changed or removed
while another stack imports it, so removing one function would make the deployment of the stack below it fail.
"""

from dataclasses import dataclass
from typing import Self

from aws_cdk.region_info import RegionInfo
from pynamodb.models import Model

from infra.job_settings import INTERESTS_GENERATION
from infra.settings import Settings
from reelstack.tables.model import deployed

FIFO = ("denials",)
"""Work queues that hand on one batch at a time, in order. SQS wants this in their names."""


def camel(name: str) -> str:
    """start_production -> StartProduction, production-high -> ProductionHigh"""
    return "".join(part.title() for part in name.replace("-", "_").split("_"))


@dataclass(frozen=True)
class Names:
    """Names of one stage in one account and region. Every name begins with reelstack-<stage>-."""

    stage: str
    account: str
    region: str
    partition: str
    dns_suffix: str
    endpoint: str | None
    """Where the AWS APIs of a laptop answer, e.g. http://127.0.0.1:4566; None on AWS."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        region = RegionInfo.get(settings.region)
        return cls(
            stage=settings.stage,
            account=settings.account,
            region=settings.region,
            partition=region.partition or "aws",
            dns_suffix=region.domain_suffix or "amazonaws.com",
            endpoint=settings.storage_origin,
        )

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def _named(self, name: str) -> str:
        return f"reelstack-{self.stage}-{name}"

    @property
    def transcription_jobs_arn(self) -> str:
        """Of the jobs that production.speech starts."""
        return self.arn("transcribe", f"transcription-job/{self._named('*')}")

    # --- functions and state machines --------------------------------------------------------------------------------

    def function(self, name: str) -> str:
        """Of the function with this name in the catalogue."""
        return self._named(name)

    def function_arn(self, name: str) -> str:
        return self.arn("lambda", f"function:{self.function(name)}")

    def machine(self, name: str) -> str:
        """Of the state machine whose definition is stepfunctions/<name>.asl.json."""
        return self._named(name)

    def machine_arn(self, name: str) -> str:
        return self.arn("states", f"stateMachine:{self.machine(name)}")

    def executions_arn(self, machine: str, which: str) -> str:
        """ARNs of the machine's executions (which=":*"), or of those that its Distributed Map starts ("/*")."""
        return self.arn("states", f"execution:{self.machine(machine)}{which}")

    @property
    def event_stream(self) -> str:
        """Of behavior events (Kinesis); profile `full` only."""
        return self._named("events")

    @property
    def event_stream_arn(self) -> str:
        return self.arn("kinesis", f"stream/{self.event_stream}")

    @property
    def interests(self) -> str:
        """Of the Flink job's consumer of the event stream; profile `full` only."""
        return self._named("interests")

    @property
    def interests_application(self) -> str:
        """Of the Flink application, which has no other state than that of its generation: CloudFormation makes another
        application for another name, and deletes the one before with its snapshots."""
        return self._named(f"interests-{INTERESTS_GENERATION}")

    # --- tables, queues, the bus -------------------------------------------------------------------------------------

    def table(self, model: type[Model]) -> str:
        return self._named(deployed(model).field.removesuffix("_table").replace("_", "-"))

    def table_arn(self, model: type[Model]) -> str:
        return self.arn("dynamodb", f"table/{self.table(model)}")

    def queue(self, name: str) -> str:
        """Of a work queue, e.g. "production-high"; its dead letters are in "production-high-dead"."""
        return self._named(f"{name}.fifo" if name.removesuffix("-dead") in FIFO else name)

    def queue_arn(self, name: str) -> str:
        return self.arn("sqs", self.queue(name))

    def queue_url(self, name: str) -> str:
        host = self.endpoint or f"https://sqs.{self.region}.{self.dns_suffix}"
        return f"{host}/{self.account}/{self.queue(name)}"

    @property
    def restored_topic(self) -> str:
        """To which S3 tells what it has restored of the media bucket."""
        return self._named("restored")

    @property
    def restored_topic_arn(self) -> str:
        return self.arn("sns", self.restored_topic)

    @property
    def bus(self) -> str:
        return f"reelstack-{self.stage}"

    @property
    def bus_arn(self) -> str:
        return self.arn("events", f"event-bus/{self.bus}")

    # --- single resources --------------------------------------------------------------------------------------------

    @property
    def alarm_topic(self) -> str:
        return self._named("alarms")

    @property
    def alarm_topic_arn(self) -> str:
        return self.arn("sns", self.alarm_topic)

    @property
    def mediaconvert_queue(self) -> str:
        return self._named("production")

    @property
    def mediaconvert_queue_arn(self) -> str:
        return self.arn("mediaconvert", f"queues/{self.mediaconvert_queue}")

    @property
    def spark(self) -> str:
        """Of the EMR Serverless application; profile `full` only."""
        return self._named("jobs")

    @property
    def cache(self) -> str:
        return f"reelstack-{self.stage}"

    @property
    def search_domain(self) -> str:
        return f"reelstack-{self.stage}"

    @property
    def search_domain_arn(self) -> str:
        return self.arn("es", f"domain/{self.search_domain}")

    @property
    def experiments(self) -> str:
        """Of the application in AppConfig, and of its environment and deployment strategy."""
        return f"reelstack-{self.stage}"

    @property
    def site_parameter(self) -> str:
        """Of the SSM parameter that holds the site's address."""
        return f"/reelstack/{self.stage}/site-url"

    @property
    def distribution_parameter(self) -> str:
        """Of the SSM parameter that holds the distribution's id."""
        return f"/reelstack/{self.stage}/distribution-id"
