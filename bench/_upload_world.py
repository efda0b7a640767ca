"""Uploads end to end without the rest of the cloud: MiniStack's S3, DynamoDB and secrets with signatures enforced, and
the uploads service's own code in a process before it. What a client meets is real; what happens after an upload is not
there.

`python -m bench._upload_world PORT` is the service; `upload_world()` starts and stops all of it.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import httpx

from bench._link import HOST, Upstream
from infra.settings import STAGES
from local.places import ROOT, Places
from local.ports import Ports, free
from local.services import Services

SECRET = "through the door"
READY_SECONDS = 90
COMPOSERS = 2


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
        aws, edge, cache = free(3)
        services = Services(places, Ports(aws=aws, edge=edge, cache=cache))
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
        "REELSTACK_VIDEOS_TABLE": "videos",
        "REELSTACK_UPLOADS_TABLE": "uploads",
        "REELSTACK_UPLOADS_BUCKET": "uploads",
        "REELSTACK_ORIGIN_SECRET": "origin",
        "REELSTACK_MAX_UPLOAD_BYTES": str(stage.max_upload_bytes),
        "REELSTACK_UPLOAD_URL_SECONDS": str(stage.upload_url_seconds),
    }


def _resources(environment: dict[str, str]) -> Any:
    session: Any = boto3.Session("test", "test", region_name=environment["AWS_REGION"])
    endpoint = environment["AWS_ENDPOINT_URL"]
    s3 = session.client("s3", endpoint_url=endpoint)
    s3.create_bucket(Bucket="uploads")
    session.client("secretsmanager", endpoint_url=endpoint).create_secret(Name="origin", SecretString=SECRET)
    queue = session.client("sqs", endpoint_url=endpoint).create_queue(QueueName="compose")
    environment["REELSTACK_COMPOSE_QUEUE_URL"] = queue["QueueUrl"]
    tables = "from reelstack.tables import Upload, Video\n"
    tables += "for table in (Upload, Video): table.create_table(wait=True, billing_mode='PAY_PER_REQUEST')"
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
        scope["aws.event"] = {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}
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
    handler = import_module("functions.compose_upload.handler").handler

    from reelstack import aws

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

    from functions.uploads.handler import app

    if find_spec("functions.compose_upload"):  # a service without chunks refuses them, and the client bears that
        for _ in range(COMPOSERS):
            threading.Thread(target=compose, daemon=True).start()
    gateway = Gateway(app, os.environ["AWS_ENDPOINT_URL"])
    uvicorn.run(gateway, host=HOST, port=port, lifespan="off", log_level="error", timeout_keep_alive=75)


if __name__ == "__main__":
    main(int(sys.argv[1]))
