"""One deployment of the feed: its function, reservation, version, log group, alarms, layers and routes, all its own.

It is deployed twice, as FeedA and FeedB, with the same code: either may be one release ahead. The edge divides readers
among them by weights, and asks the other when one fails (infra/edge/feed_deployment.js). Each is led to by an HTTP API
of its own, which stands with the main one, since the distribution names it. What changes what a viewer hides stays with
the function `feed` behind the main API: a write has no second deployment to fall back on.

A second region would be a third entry: a name in the catalogue's `deployments`, and an origin of the distribution.
"""

from infra.monitoring.feed_alarms import feed_alarms
from infra.names import camel
from infra.stacks.capability import CapabilityStack


class FeedStack(CapabilityStack):
    """It is given the lines of one deployment."""

    ROOMS = ("feed",)

    def _after(self) -> None:
        if self.wiring.settings.profile == "full":
            feed_alarms(self.alarms, f"feed_{self.wiring.deployment}")


def stack_name(line_name: str) -> str:
    """feed_a -> FeedA."""
    return camel(line_name)
