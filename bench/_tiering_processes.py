"""The emulator with S3 and two tables only, and the nightly machine's functions as processes that can be killed.

A function is a process of its own for each call, as on Lambda at its worst; a call that was killed is made again, as
the machine does.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any

import boto3
import httpx

from local import ports
from local.errors import NotReady
from local.places import ROOT
from reelstack.tables.model import schema
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.tiering.moves import TIERS

TABLES = (Video, Lease)
LINES_AT_ONCE = 3
"""MaxConcurrency of the machine."""
START_SECONDS = 60
CALL = """
import json, sys, types
from functions.tiering.{name}.handler import handler
context = types.SimpleNamespace(aws_request_id="1", function_name="{name}")
context.get_remaining_time_in_millis = lambda: 900_000
print(json.dumps(handler(json.load(sys.stdin), context)))
"""
SPREAD = 2
"""Times as many are marked as are to be killed: some end before their moment."""
KILLED_AFTER = (1.5, 6.0)
"""Seconds from the start of a process, of which it takes the first for its imports."""


class Functions:
    """Calls functions in processes, of which `kills` are killed at random, spread over some `calls`."""

    def __init__(self, environment: dict[str, str], kills: int, calls: float) -> None:
        self._environment, self._left, self._chance = environment, kills, random.Random(18)
        self._share = SPREAD * kills / calls
        self._lock = threading.Lock()
        self.killed = 0

    def call(self, name: str, given: dict[str, Any]) -> Any:
        while True:
            made = subprocess.Popen(
                [sys.executable, "-c", CALL.format(name=name)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
                env=self._environment,
                text=True,
            )
            killer = threading.Timer(self._chance.uniform(*KILLED_AFTER), self._kill, (made,))
            if self._chance.random() < self._share:
                killer.start()
            answer, _ = made.communicate(json.dumps(given))
            killer.cancel()
            if made.returncode == 0:
                return json.loads(answer.strip().splitlines()[-1])
            if made.returncode != -SIGKILL:
                raise NotReady(f"{name} failed: its words are above")

    def _kill(self, process: "subprocess.Popen[str]") -> None:
        with self._lock:
            if self._left and process.poll() is None:
                process.send_signal(SIGKILL)
                self._left -= 1
                self.killed += 1

    def run(self, s3: Any, run: str, day: str) -> dict[str, Any]:
        """A night: the states of the machine one after another. Returns the report's totals and counts."""
        step = {"run": run, "day": day, "limit_dollars": None, "dry_run": False}
        self.call("plan_tiers", step | {"do": "reads"})
        out: dict[str, Any] = {"part": 0, "after": "", "totals": {}, "done": False}
        while not out["done"]:
            out = self.call(
                "plan_tiers", step | {name: out[name] for name in ("part", "after", "totals")} | {"do": "part"}
            )
            text = s3.get_object(Bucket="media", Key=out["key"])["Body"].read().decode()
            with ThreadPoolExecutor(LINES_AT_ONCE) as pool:
                list(pool.map(lambda line: self.call("move_objects", json.loads(line)), text.splitlines()))
        counts = self.call("plan_tiers", step | {"do": "report", "totals": out["totals"]})
        return {**out["totals"], "counts": counts}


@contextmanager
def emulator() -> Iterator[tuple[Any, str, dict[str, str]]]:
    """An S3 client, the endpoint, and the environment of functions."""
    (port,) = ports.free(1)
    home = Path(tempfile.mkdtemp(prefix="reelstack-tiering-"))
    endpoint = f"http://{ports.HOST}:{port}"
    environment = os.environ | _named(endpoint)
    own = {"BIND_HOST": ports.HOST, "GATEWAY_PORT": str(port), "STATE_DIR": str(home), "PERSIST_STATE": "1"}
    own |= {"S3_PERSIST": "0", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "local.emulator"], cwd=ROOT, env=environment | own, stdout=log, stderr=log
        )
        try:
            _await(endpoint)
            session: Any = boto3.Session("test", "test", region_name="us-east-1")
            s3 = session.client("s3", endpoint_url=endpoint)
            _prepare(s3, session.client("dynamodb", endpoint_url=endpoint))
            yield s3, endpoint, environment
        finally:
            server.kill()  # saving what it holds would only take time
            server.wait()
            shutil.rmtree(home, ignore_errors=True)


def _named(endpoint: str) -> dict[str, str]:
    keys = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    keys |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "MINISTACK_REGION": "us-east-1"}
    named = {"REGION": "us-east-1", "MEDIA_BUCKET": "media", "LOGS_BUCKET": "logs", "DATA_BUCKET": ""}
    named |= {"TIERING_POLICY": "cost"} | {_field(model).upper(): _field(model) for model in TABLES}
    powertools = {"POWERTOOLS_METRICS_NAMESPACE": "Reelstack", "POWERTOOLS_SERVICE_NAME": "tiering"}
    return keys | powertools | {f"REELSTACK_{name}": value for name, value in named.items()}


def _field(model: Any) -> str:
    return str(model.Meta.field)


def _await(endpoint: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{endpoint}/health").status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise NotReady("the emulator does not answer")


def _prepare(s3: Any, tables: Any) -> None:
    """Buckets, with the lifecycle rules of tiers, and tables."""
    for bucket in ("media", "logs"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    rules = [
        {
            "ID": tier,
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "v/", "Tags": [{"Key": "tier", "Value": tier}]}},
            "Transitions": [{"Days": 30 if tier == "warm" else 0, "StorageClass": storage_class}],
        }
        for storage_class, tier in TIERS.items()
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="media", LifecycleConfiguration={"Rules": rules})
    for model in TABLES:
        described = schema(model)
        names = {"IndexName": "index_name", "KeySchema": "key_schema", "Projection": "projection"}
        indexes = [
            {name: index[ours] for name, ours in names.items()} for index in described["global_secondary_indexes"]
        ]
        tables.create_table(
            TableName=_field(model),
            AttributeDefinitions=described["attribute_definitions"],
            KeySchema=described["key_schema"],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )
