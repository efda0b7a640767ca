"""The emulator saves by itself: what was written more than a minute before it is killed is there again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import httpx
import pytest

from local.ports import free
from tests.conftest import ROOT

SAVE_SECONDS, STARTS_SECONDS = 60, 60
"""As docs/operations.md says it; local.emulator cannot be imported into a process that is none."""


@contextmanager
def emulator(state: Path) -> Iterator[str]:
    """Its address. It is killed at the end, which gives it no time to save."""
    (port,) = free(1)
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    process = subprocess.Popen([sys.executable, "-m", "local.emulator"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _await_answer(f"{address}/health")
        yield address
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def _await_answer(url: str) -> None:
    until = time.monotonic() + STARTS_SECONDS
    while True:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            assert time.monotonic() < until, "the emulator does not start"
        time.sleep(0.2)


@pytest.mark.engines  # a minute, in which nothing is done
def test_a_killed_emulator_has_lost_no_more_than_its_last_minute(tmp_path: Path) -> None:
    with emulator(tmp_path) as address:
        _queues(address).create_queue(QueueName="kept")
        until = time.monotonic() + SAVE_SECONDS + STARTS_SECONDS
        while not (tmp_path / "saved.json").exists():
            assert time.monotonic() < until, "nothing was saved"
            time.sleep(1)
    with emulator(tmp_path) as address:
        assert [url.rsplit("/", 1)[1] for url in _queues(address).list_queues()["QueueUrls"]] == ["kept"]


def _queues(address: str):  # type: ignore[no-untyped-def]  # a client that boto3 makes at run time
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return boto3.client("sqs", endpoint_url=address, **credentials)
