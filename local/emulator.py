"""MiniStack's server as this cloud runs it: `python -m local.emulator`, configured by its usual environment variables.

Eleven things differ from MiniStack's own command:
- the state is saved every minute in which something was asked, and on SIGUSR1, so that a crash loses a minute at most
  (MiniStack saves at its end only), by a copy of the process (`local.emulator_saving`);
- after SIGTERM it saves and leaves at once; MiniStack's own would wait for running Lambdas, minutes with an encoder;
- what DynamoDB's streams hold is saved with the tables (MiniStack saves how far each consumer has read, but not the
  records, so that after a restart a consumer waits for as many new records as it had ever read before);
- CRC-64/NVME is computed in C, and of the whole object (`local.emulator_checksums`);
- who may send one message may send a batch (`local.emulator_actions`);
- a missing object is hidden from who may not list its bucket (`local.emulator_listing`);
- an HTTP API says 503 where Lambda refuses a call for want of concurrency (`local.emulator_gateway`);
- as many processes of functions start at a time as there are cores (`local.emulator_starts`);
- functions start by a fork of a process that has their libraries (`local.emulator_workers`);
- the whole of a KeyValueStore can be listed at once: the local edge does whenever one changes, and AWS's pages of 50
  would be 82 requests;
- days can be made to go by for what it holds (`local.emulator_time`).
"""

import asyncio
import copy
import json
import os
import resource
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.services import cloudfront_keyvaluestore, dynamodb

from local import (
    emulator_actions,
    emulator_checksums,
    emulator_gateway,
    emulator_listing,
    emulator_starts,
    emulator_time,
    emulator_workers,
)
from local.emulator_saving import Saver

STATE = Path(os.environ["STATE_DIR"])
SAVED = STATE / "saved.json"
LISTED_AT_ONCE = 10_000
"""Entries of a KeyValueStore: more than local.edge_watch asks for."""
SAVE_SECONDS = 60
"""Between two saves."""
STREAMS = {"stream_records": dynamodb._stream_records, "stream_trimmed": dynamodb._stream_trimmed}


def mark(*, clean: bool, at: str | None = None) -> None:
    """Says beside the state when it was written (now, or `at`) and whether the server has ended with it."""
    SAVED.write_text(json.dumps({"at": at or datetime.now(UTC).isoformat(timespec="seconds"), "clean": clean}))


def snapshot() -> None:
    ministack.save_all(ministack._build_persistence_save_dict())
    mark(clean=False)


def keep_streams() -> None:
    """Makes MiniStack's DynamoDB module save and load its streams' records with its tables."""
    tables_state, load_tables = dynamodb.get_state, dynamodb.load_persisted_state

    def get_state() -> dict[str, Any]:
        return {**tables_state(), **{name: copy.deepcopy(records) for name, records in STREAMS.items()}}

    def load_persisted_state(data: dict[str, Any]) -> None:
        load_tables(data)
        for name, records in STREAMS.items():
            records.update(data.get(name, {}))

    dynamodb.get_state, dynamodb.load_persisted_state = get_state, load_persisted_state


class Saving:
    """An ASGI application that notes whether it was asked anything since the state was saved last."""

    def __init__(self, app: Any, saver: Saver) -> None:
        self.app, self.saver, self.asked = app, saver, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked = True
        await self.app(scope, receive, send)

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            if self.asked:
                self.asked = False
                await self.saver.beside()


async def run(config: Config) -> None:
    """Serves until SIGTERM or SIGINT; MiniStack saves in its ASGI shutdown, before `serve` returns."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    saver = Saver(snapshot)
    loop.add_signal_handler(signal.SIGUSR1, saver.now)
    saving = Saving(emulator_time.with_time(ministack.app), saver)
    keeping = loop.create_task(saving.keep())

    async def stopped() -> None:
        await stop.wait()
        keeping.cancel()
        saver.end()

    await serve(saving, config, shutdown_trigger=stopped)
    mark(clean=True)
    sys.stdout.flush()
    os._exit(0)


def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:  # a burst of part uploads needs more than 1,024 sockets
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    if SAVED.exists():  # until it ends in order again, what is on disk is of then
        mark(clean=False, at=json.loads(SAVED.read_text())["at"])
    keep_streams()
    emulator_actions.apply()
    emulator_checksums.apply()
    emulator_gateway.apply()
    emulator_listing.apply()
    emulator_starts.apply()
    cloudfront_keyvaluestore._LIST_KEYS_MAX = LISTED_AT_ONCE
    emulator_time.apply()
    emulator_workers.apply()
    asyncio.run(run(config))


if __name__ == "__main__":
    main()
