"""What the deployed cloud is called: read from the stacks' outputs, written to `.local/outputs.json` for any tool."""

import json
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from local.cloud import client
from local.deploy import STAGE
from local.errors import NotUp
from local.places import Places
from local.services import REGION, Services
from local.stacks import stacks


class Outputs(BaseModel):
    """Addresses and names of one running laptop cloud."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    edge_url: str
    """The one origin of web app, API and media: what clients should use."""
    web_url: str
    api_url: str
    """The HTTP API itself, behind the edge; refuses requests that lack the origin secret."""
    endpoint: str
    """AWS APIs."""
    region: str
    user_pool_id: str
    client_id: str
    buckets: dict[str, str]
    tables: dict[str, str]
    queues: dict[str, str]
    machines: dict[str, str]
    secrets: dict[str, str]
    functions: dict[str, str]
    """Name in infra/catalogue/ → name of the Lambda."""
    bus: str
    playback_keys_store: str
    edge_settings_store: str
    distribution_id: str
    distribution_domain: str
    cache_url: str
    """Empty in profile `core`, like `search_url`."""
    search_url: str


def collect(services: Services, stage: str = STAGE) -> Outputs:
    """Reads every stack's outputs from CloudFormation."""
    said: dict[str, str] = {}
    for stack in stacks(client(services, "cloudformation"), stage):
        said |= {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return Outputs(
        edge_url=services.edge_url,
        web_url=f"{services.edge_url}/",
        # By path: names below *.localhost do not resolve on every machine.
        api_url=f"{services.endpoint}/_aws/execute-api/{said['ApiId']}",
        endpoint=services.endpoint,
        region=REGION,
        user_pool_id=said["UserPoolId"],
        client_id=said["ClientId"],
        buckets=_ending(said, "Bucket"),
        tables=_ending(said, "Table"),
        queues={name: _moved(url, services.endpoint) for name, url in _ending(said, "QueueUrl").items()},
        machines=_ending(said, "MachineArn"),
        secrets=_ending(said, "Secret"),
        functions=_functions(services, stage),
        bus=said["BusName"],
        playback_keys_store=said["PlaybackKeysStore"],
        edge_settings_store=said["EdgeSettingsStore"],
        distribution_id=said["DistributionId"],
        distribution_domain=said["DistributionDomain"],
        cache_url=services.cache_url,
        search_url=services.search_url,
    )


def _functions(services: Services, stage: str) -> dict[str, str]:
    """Functions have fixed names: reelstack-<stage>-<name in the catalogue>, which holds no hyphen."""
    prefix = f"reelstack-{stage}-"
    pages = client(services, "lambda").get_paginator("list_functions").paginate()
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    own = [name for name in names if name.startswith(prefix) and "-" not in name.removeprefix(prefix)]
    return {name.removeprefix(prefix): name for name in own}


def write(places: Places, outputs: Outputs) -> None:
    places.outputs.write_text(outputs.model_dump_json(indent=2) + "\n")


def read(places: Places) -> Outputs:
    """The outputs of the last `up`. Raises NotUp if there was none."""
    try:
        return Outputs.model_validate_json(places.outputs.read_text())
    except OSError as error:
        raise NotUp(f"no cloud was started in {places.home}: run `reelstack up`") from error


OF_THE_EDGE: dict[str, tuple[str, Callable[[str], Any]]] = {
    "REELSTACK_LOCAL_EDGE_BYTES": ("edge_bytes", int),
    "REELSTACK_LOCAL_REGIONAL_BYTES": ("regional_bytes", int),
    "REELSTACK_LOCAL_REGIONS": ("regions", lambda names: names.split(",")),
}
"""What a shell may say of the edge's caches: local.edge.EdgeConfig."""


def write_edge_config(services: Services, outputs: Outputs, node: str) -> None:
    """What `local.edge` needs to play the distribution."""
    config = {
        "endpoint": outputs.endpoint,
        "region": outputs.region,
        "api_url": outputs.api_url,
        "distribution_id": outputs.distribution_id,
        "distribution_domain": outputs.distribution_domain,
        "playback_keys_store": outputs.playback_keys_store,
        "edge_settings_store": outputs.edge_settings_store,
        "origin_secret": outputs.secrets["origin"],
        "media_bucket": outputs.buckets["media"],
        "logs_bucket": outputs.buckets["logs"],
        "node": node,
        **{name: read(os.environ[given]) for given, (name, read) in OF_THE_EDGE.items() if os.environ.get(given)},
    }
    services.places.edge_config.write_text(json.dumps(config, indent=2) + "\n")


def _ending(said: dict[str, str], suffix: str) -> dict[str, str]:
    """CommentLikesTable → comment_likes."""
    return {_snake(name.removesuffix(suffix)): value for name, value in said.items() if name.endswith(suffix)}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _moved(url: str, endpoint: str) -> str:
    """A queue keeps the address it was made at; the emulator may since have moved to another port."""
    return endpoint + urlsplit(url).path
