"""The local cloud whose deployments of the feed are broken: clips and people as `bench chaos` has, and an edge
that waits for an answer as long as the one of stage `prod` does."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bench import _chaos_clips
from infra.settings import Settings
from local import feed_weights, outputs, ports
from local.cloud import client
from local.feed_weights import Weights
from local.outputs import Outputs
from local.places import Places
from local.ports import HOST
from local.processes import wait_until
from local.services import Services, clean_environment

ANSWER_SECONDS = float(Settings.model_fields["feed_answer_seconds"].default)
SEEN_SECONDS, READY_SECONDS = 10.0, 30.0


@dataclass
class World:
    services: Services
    named: Outputs
    edge_url: str
    tokens: list[Callable[[], str]]
    weights: Weights = feed_weights.EVEN
    """What `weigh` returns to after a deployment was drained."""

    def client(self, service: str) -> Any:
        return client(self.services, service)

    def weigh(self, weights: Weights) -> None:
        """Returns when both edges have read them, this one and the cloud's own."""
        store = self.client("cloudfront-keyvaluestore")
        feed_weights.change(store, self.named.edge_settings_store, lambda _: weights)
        for edge_url in (self.edge_url, self.named.edge_url):
            wait_until(partial(_holds, edge_url, weights), SEEN_SECONDS)

    def drain(self, name: str) -> None:
        store, arn = self.client("cloudfront-keyvaluestore"), self.named.edge_settings_store
        wanted = feed_weights.change(store, arn, lambda present: feed_weights.drained(present, name[-1]))
        wait_until(partial(_holds, self.edge_url, wanted), SEEN_SECONDS)

    def tally(self) -> dict[str, Counter[str]]:
        """Answered and failed, by deployment, since the edge was started."""
        found = httpx.get(f"{self.edge_url}/_local/health").json()["origins"]
        return {what: Counter(counted) for what, counted in found.items()}

    def processes(self, name: str) -> list[int]:
        """Those of the emulator's runtime for this function of this cloud."""
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it ended
                line = file.read_bytes().decode(errors="replace")
                if str(self.services.places.run) in line and f"-{self.named.functions[name]}-" in line:
                    found.append(int(file.parent.name))
        return found

    def signal(self, name: str, number: signal.Signals) -> None:
        for process in self.processes(name):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def environment(self, name: str) -> dict[str, str]:
        settings = self.client("lambda").get_function_configuration(FunctionName=self.named.functions[name])
        return dict(settings["Environment"]["Variables"])

    def deploy(self, name: str, environment: Mapping[str, str]) -> None:
        """Every process of the function starts anew with it, as those of a new version do."""
        self.client("lambda").update_function_configuration(
            FunctionName=self.named.functions[name], Environment={"Variables": dict(environment)}
        )


def _holds(edge_url: str, weights: Weights) -> bool:
    settings = httpx.get(f"{edge_url}/_local/health").json()["settings"]
    return feed_weights.KEY in settings and Weights.model_validate_json(settings[feed_weights.KEY]) == weights


@contextmanager
def world(places: Places, readers: int, patience_seconds: float = ANSWER_SECONDS) -> Iterator[World]:
    """Of a cloud that runs in `places`, behind an edge that waits so long for a deployment."""
    services, named = Services.that_run(places), outputs.read(places)
    with ExitStack() as stack:
        stack.callback(_chaos_clips.empty, services, named, readers)
        _chaos_clips.fill(services, named)
        http = stack.enter_context(httpx.Client(timeout=60))
        tokens = [_chaos_clips.person(services, named, number, http) for number in range(readers)]
        made = World(services, named, stack.enter_context(_edge(services, patience_seconds)), tokens)
        stack.callback(made.weigh, feed_weights.EVEN)
        yield made


@contextmanager
def _edge(services: Services, patience_seconds: float) -> Iterator[str]:
    """The address of an edge of its own; the cloud's waits longer than production does."""
    (port,) = ports.free(1)
    places = services.places
    file = places.run / "feed-edge.json"
    config = json.loads(places.edge_config.read_text())
    file.write_text(json.dumps({**config, "feed_answer_seconds": patience_seconds}))
    argv = [sys.executable, "-m", "local.edge", "--config", str(file), "--port", str(port)]
    environment = clean_environment(places) | services.administrator()
    url = f"http://{HOST}:{port}"

    def answers() -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{url}/_local/health").is_success
        return False

    with (places.logs / "feed-edge.log").open("w") as log:
        process = subprocess.Popen(argv, env=environment, stdout=log, stderr=log)
        try:
            wait_until(answers, READY_SECONDS)
            yield url
        finally:
            process.terminate()
            process.wait(READY_SECONDS)
            file.unlink(missing_ok=True)
