"""Uploads end to end without the rest of the cloud: MiniStack's S3, DynamoDB and secrets with signatures enforced, and
the uploads service's own code in a process before it. What a client meets is real; what happens after an upload is not
there.

`python -m bench._upload_world PORT` is the service; `upload_world()` starts and stops all of it.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import httpx

from bench._link import HOST, Upstream
from infra.stages import STAGES
from local.places import ROOT, Places
from local.ports import Ports, free
from local.services import Services
from reelstack.tables.accounts import Session, User
from reelstack.tables.counters import Counter
from reelstack.tables.model import deployed
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video
from reelstack.tables.web import IdempotencyRecord, RateWindow

SECRET = "through the door"
READY_SECONDS = 90
COMPOSERS = 2
STORED = (Counter, RateWindow, IdempotencyRecord, Session, Upload, Usage, User, Video)
FROM_STAGE = (
    *("max_upload_bytes", "upload_url_seconds", "upload_path", "session_cache_seconds"),
    *("creators", "rate_limiter_fallback"),
)
QUOTAS = ("max_open_uploads", "max_uploads_per_day", "max_upload_bytes_per_day", "creator_microdollars_per_day")
MANY = 1 << 50
"""No quota: one creator makes all the uploads of a run."""
RATES = {kind: [100_000, 10_000] for kind in ("user", "address")}
"""Counted, and never refused, for the same reason."""


@dataclass(frozen=True)
class World:
    """`s3` has the operator's rights."""

    upstream: Upstream
    s3: Any

    @property
    def storage(self) -> str:
        return f"http://{HOST}:{self.upstream.storage[1]}"

    def objects(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket="uploads", Prefix="originals/")
        return [found["Key"] for page in pages for found in page.get("Contents", [])]


@contextmanager
def upload_world() -> Iterator[World]:
    """All of it on free ports, in a temporary folder; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="reelstack-uploads-") as folder:
        places = Places(Path(folder))
        places.make()
        aws, edge, cache, search = free(4)
        services = Services(places, Ports(aws=aws, edge=edge, cache=cache, search=search))
        try:
            services.start_aws()
            environment = clean(services.administrator())
            s3 = _resources(environment)
            service = subprocess.Popen(
                [sys.executable, "-m", "bench._upload_world", str(edge)],
                cwd=ROOT,
                env=environment,
            )
            try:
                _await(f"http://{HOST}:{edge}/v1/uploads/none")
                yield World(Upstream((HOST, edge), (HOST, aws)), s3)
            finally:
                service.terminate()
                service.wait(10)
        finally:
            services.stop("aws")


def clean(aws: dict[str, str]) -> dict[str, str]:
    """The service's environment: what the catalogue gives it, and the way to MiniStack."""
    stage = STAGES["local"]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REELSTACK_"))},
        **aws,
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "uploads",
        "POWERTOOLS_METRICS_NAMESPACE": "Reelstack",
        "REELSTACK_REGION": aws["AWS_REGION"],
        **{f"REELSTACK_{deployed(model).field.upper()}": deployed(model).field for model in STORED},
        "REELSTACK_UPLOADS_BUCKET": "uploads",
        "REELSTACK_INTERMEDIATES_BUCKET": "intermediates",
        "REELSTACK_ORIGIN_SECRET": "origin",
        "REELSTACK_RATES": json.dumps(RATES),
        "REELSTACK_SESSION_SECONDS": str(stage.session_days * 24 * 3600),
        **{f"REELSTACK_{name.upper()}": str(getattr(stage, name)) for name in FROM_STAGE},
        **{f"REELSTACK_{name.upper()}": str(MANY) for name in QUOTAS},
    }


def _resources(environment: dict[str, str]) -> Any:
    session: Any = boto3.Session("test", "test", region_name=environment["AWS_REGION"])
    endpoint = environment["AWS_ENDPOINT_URL"]
    s3 = session.client("s3", endpoint_url=endpoint)
    for bucket in ("uploads", "intermediates"):
        s3.create_bucket(Bucket=bucket)
    session.client("secretsmanager", endpoint_url=endpoint).create_secret(Name="origin", SecretString=SECRET)
    queue = session.client("sqs", endpoint_url=endpoint).create_queue(QueueName="compose")
    environment["REELSTACK_COMPOSE_QUEUE_URL"] = queue["QueueUrl"]
    names = {model.__name__ for model in STORED}
    tables = f"from reelstack.tables.registry import TABLES\nfor table in TABLES:\n  if table.__name__ in {names}:\n"
    tables += "    table.create_table(wait=True, billing_mode='PAY_PER_REQUEST')"
    subprocess.run([sys.executable, "-c", tables], cwd=ROOT, env=environment, check=True, timeout=60)
    return s3


def _await(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


# --- the service's process -------------------------------------------------------------------------------------------


class Gateway:
    """The API gateway before the service: every caller is "ann", a creator. Addresses of storage in answers lead
    through the link that the request came by (its header x-link)."""

    def __init__(self, app: Any, storage: str) -> None:
        self.app = app
        self.storage = storage.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        claims = {"sub": "ann", "username": "ann", "cognito:groups": "[creator]", "token_use": "access"}
        headers = dict(scope["headers"])
        scope["aws.event"] = {
            "headers": {"authorization": "Bearer e30.e30.c2ln"},
            "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
        }
        scope["aws.context"] = SimpleNamespace(aws_request_id=None)
        scope["headers"] = [*scope["headers"], (b"x-origin-verify", SECRET.encode())]
        started: Any = None
        body = b""

        async def rewritten(message: Any) -> None:
            nonlocal started, body
            if message["type"] == "http.response.start":
                started = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                changed = body.replace(self.storage, headers.get(b"x-link", self.storage))
                kept = [(name, value) for name, value in started["headers"] if name != b"content-length"]
                await send(started | {"headers": [*kept, (b"content-length", str(len(changed)).encode())]})
                await send({"type": "http.response.body", "body": changed})

        await self.app(scope, receive, rewritten)


def compose() -> None:
    """Lambda's poller of the compose queue."""
    from functions.uploads.compose_upload.handler import handler
    from reelstack.platform import aws

    sqs, queue = aws.client("sqs"), os.environ["REELSTACK_COMPOSE_QUEUE_URL"]
    context = SimpleNamespace(aws_request_id="compose", get_remaining_time_in_millis=lambda: 300_000)
    while True:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            try:
                handler({"Records": [{"body": message["Body"]}]}, context)
            except Exception as error:  # as on Lambda: the message comes again
                print(f"composing failed: {error}", file=sys.stderr)
                continue
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def main(port: int) -> None:
    import uvicorn

    from functions.uploads.api.handler import app

    for _ in range(COMPOSERS):
        threading.Thread(target=compose, daemon=True).start()
    gateway = Gateway(app, os.environ["AWS_ENDPOINT_URL"])
    uvicorn.run(gateway, host=HOST, port=port, lifespan="off", log_level="error", timeout_keep_alive=75)


if __name__ == "__main__":
    main(int(sys.argv[1]))
