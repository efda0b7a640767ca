"""What functions are told and may touch, as the stacks that make them take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_ec2 as ec2

from infra.api.routes import Gateway
from infra.api.websocket import WebSocket
from infra.engines.endpoints import Endpoints
from infra.engines.managed_engines import ManagedEngines
from infra.functions.layers import LayerSource
from infra.names import Names
from infra.settings import Settings
from infra.storage.stores import Stores


@dataclass(frozen=True)
class Inside:
    """The network of functions with `vpc`, and of the Flink job."""

    vpc: ec2.IVpc
    security_group: ec2.ISecurityGroup
    jobs_group: ec2.ISecurityGroup
    """Of the Flink job: the cache and AWS's endpoints let it in, the search domain does not."""


@dataclass(frozen=True)
class Wiring:
    """The stage around a function."""

    settings: Settings
    names: Names
    stores: Stores
    endpoints: Endpoints
    gateway: Gateway
    distribution_arn: str
    layer_source: LayerSource
    inside: Inside | None
    """None in profile `core` and on a laptop."""
    reserved: Mapping[str, int] = field(default_factory=dict)
    """Function -> ReservedConcurrentExecutions."""
    managed: ManagedEngines | None = None
    """Only in the stack that holds the production machine."""
    deployment: str = ""
    """Of the stack of a deployment: its name."""
    socket: WebSocket | None = None
    """Only in the stack that pushes notifications."""
