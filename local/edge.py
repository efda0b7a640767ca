"""The laptop's CloudFront: media, API and web app on one origin, as the distribution would serve them.

    python -m local.edge --config .local/edge.json --port 8080

`reelstack up` starts it, with the emulator's address and keys in its environment. It reads behaviours and policies
from the deployed distribution, runs infra/edge/*.js unchanged, keeps blocks of objects in two tiers (`X-Cache: Hit from
edge | Hit from regional | Miss`), and fetches from the emulator's own CloudFront, which enforces origin access control
but never caches. Below /_local/ lies what only a laptop has: health, and the way to Cognito that a browser cannot go
across origins.
"""

import argparse
import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette

from local import edge_access_log, edge_apis, edge_behaviors
from local.edge_cache import EDGE_BYTES, HOME, REGIONAL_BYTES, Locations
from local.edge_functions import EDGE_SETTINGS, PLAYBACK_KEYS, EdgeFunctions
from local.edge_origin import Origin
from local.edge_viewer import Edge, application
from local.edge_watch import Invalidations, KeyValueStore, follow
from reelstack.platform import aws

CODE = Path(__file__).parent.parent / "infra" / "edge"
STOP_SECONDS = 2
KEEP_ALIVE_SECONDS = 75
"""Of an idle connection, as long as the emulator keeps one. Longer than a client of httpx does (5 s): where both end it
after the same time, a request can be sent into a connection that this side has just closed."""
SETTINGS_ROUNDS = 4


class EdgeConfig(BaseModel):
    """What `reelstack up` writes for this process."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint: str
    """The emulator, where CloudFront, the HTTP API and Cognito answer."""
    distribution_id: str
    distribution_domain: str
    playback_keys_store: str
    """ARN of the KeyValueStore of playback tokens."""
    edge_settings_store: str
    """ARN of that of the feed's weights."""
    api_url: str
    origin_secret: str
    """Name of the secret whose value opens the API."""
    node: Path
    feed_answer_seconds: float | None = None
    """In place of what the distribution says: how long a deployment of the feed may take."""
    edge_bytes: int = EDGE_BYTES
    """Of what each edge location keeps, and each region."""
    regional_bytes: int = REGIONAL_BYTES
    regions: tuple[str, ...] = (HOME,)
    media_bucket: str = ""
    logs_bucket: str = ""
    """Where reads of media are logged, as S3 would."""


@contextlib.asynccontextmanager
async def running(config: EdgeConfig) -> AsyncIterator[Edge]:
    """An edge in front of the emulator that `config` names, kept current until the block ends."""
    cloudfront = aws.client("cloudfront")
    stores = {
        PLAYBACK_KEYS: KeyValueStore(config.playback_keys_store),
        EDGE_SETTINGS: KeyValueStore(config.edge_settings_store, SETTINGS_ROUNDS),
    }
    functions = EdgeFunctions(config.node, tuple(sorted(CODE.glob("*.js"))))
    reads = edge_access_log.AccessLog(config.media_bucket, edge_access_log.into(config.logs_bucket))
    origin = Origin(
        endpoint=config.endpoint,
        domain=config.distribution_domain,
        api_url=config.api_url,
        secret=aws.client("secretsmanager").get_secret_value(SecretId=config.origin_secret)["SecretString"],
        apis=edge_apis.read(cloudfront, config.distribution_id, config.endpoint, config.feed_answer_seconds),
        on_read=reads.note if config.logs_bucket else None,
    )
    edge = Edge(
        distribution_id=config.distribution_id,
        domain=config.distribution_domain,
        behaviors=edge_behaviors.read(cloudfront, config.distribution_id),
        functions=functions,
        origin=origin,
        caches=Locations(config.edge_bytes, config.regional_bytes, config.regions),
    )
    invalidations = Invalidations(cloudfront, config.distribution_id)
    for name, store in stores.items():
        await functions.hold(store.changed() or {}, name)
    following = asyncio.create_task(follow(stores, invalidations, functions.hold, edge.caches.purge))
    logging_reads = asyncio.create_task(reads.follow())
    try:
        yield edge
    finally:
        following.cancel()
        logging_reads.cancel()
        await asyncio.gather(following, logging_reads, return_exceptions=True)
        await functions.close()
        await origin.close()


def server(app: Starlette, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )


async def serve(config: EdgeConfig, port: int) -> None:
    async with running(config) as edge:
        await server(application(edge), port).serve()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--config", type=Path, required=True)
    arguments.add_argument("--port", type=int, required=True)
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for chatty in ("httpx", "botocore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    asyncio.run(serve(EdgeConfig.model_validate_json(given.config.read_text()), given.port))


if __name__ == "__main__":
    main()
