"""The Flink job of profile `full`, with its alarms. A stack of its own: a job that does not come up takes back its own
update, and not that of the cache and of search."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.engines.interests import Interests, Surroundings
from infra.monitoring.alarms import Alarms
from infra.monitoring.interests_alarms import interests_alarms
from infra.names import Names
from infra.settings import Settings


class InterestsStack(Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        names: Names,
        around: Surroundings,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.interests = Interests(self, settings, names, around)
        interests_alarms(Alarms(self, names, settings), names, settings)
