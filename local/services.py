"""The processes of the laptop cloud: AWS emulator, cache, search, edge. How each is started, and when it is up."""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from local import choices, ports, programs, valkey
from local.choices import DEFAULTS, EVERY, Choices
from local.errors import NotReady, NotUp
from local.places import ROOT, Places
from local.ports import HOST, Ports
from local.processes import Owned, Pidfiles, wait_until

REGION = "us-east-1"
ACCOUNT = "000000000000"
READY_SECONDS = 40
GRACE_SECONDS = {"edge": 5, "aws": 30, "cache": 5, "search": 5, "segments": 5, "interests": 60}
"""How long each may take to end in order; the emulator writes its whole state then, the Flink job a savepoint."""
ORDER = EVERY


@dataclass(frozen=True)
class Saved:
    """What the emulator's last life left: when it saved last (ISO time), and whether it ended in order."""

    at: str | None
    clean: bool

    @property
    def anything(self) -> bool:
        return self.at is not None


@dataclass(frozen=True)
class Services:
    """The processes of the cloud in `places`, on `ports`."""

    places: Places
    ports: Ports
    choices: Choices = DEFAULTS
    pidfiles: Pidfiles = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pidfiles", Pidfiles(self.places.run))

    @classmethod
    def of(cls, places: Places) -> "Services":
        """Those of the last `up`, as this shell's environment changes them."""
        return cls(places, ports.choose(places.ports, {}), choices.choose(places.choices))

    @classmethod
    def that_run(cls, places: Places) -> "Services":
        """The same, of a cloud whose emulator runs here. Raises NotUp."""
        found = cls.of(places)
        if not found.running("aws"):
            raise NotUp(f"no cloud runs in {places.home}: run `reelstack up`")
        return found

    @property
    def endpoint(self) -> str:
        """Where AWS APIs answer that name no service: CloudFormation's, which deploys."""
        return self.endpoint_of("cloudformation")

    def endpoint_of(self, service: str) -> str:
        """Where the API of `service` answers: MiniStack, or what `up --endpoint` names."""
        return f"http://{HOST}:{self.ports.aws}" if self.choices.starts_aws else self.choices.url(service)

    @property
    def names(self) -> tuple[str, ...]:
        """The processes of this cloud, in the order in which they are started."""
        return self.choices.processes

    @property
    def edge_url(self) -> str:
        return f"http://{HOST}:{self.ports.edge}"

    @property
    def cache_url(self) -> str:
        """Empty in profile `core`, like `search_url`."""
        return f"valkey://{HOST}:{self.ports.cache}" if "cache" in self.names else ""

    @property
    def search_url(self) -> str:
        return f"http://{HOST}:{self.ports.search}" if "search" in self.names else ""

    def administrator(self) -> dict[str, str]:
        """Environment of a program that may do everything: `test` / `test` is the emulator's root user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def aws_answers(self) -> bool:
        """Whether there is somebody to ask: an emulator of ours that runs, or one that is not ours to watch."""
        return not self.choices.starts_aws or self.running("aws") is not None

    def running(self, name: str) -> Owned | None:
        owned = self.pidfiles.read(name)
        return owned if owned and owned.alive else None

    def saved(self) -> Saved:
        try:
            mark = json.loads((self.places.state / "aws/saved.json").read_text())
        except OSError:
            return Saved(None, clean=True)
        return Saved(mark["at"], bool(mark["clean"]))

    def start_aws(self) -> bool:
        """Starts MiniStack unless it runs or another endpoint is named. True if it was started now."""
        if not self.choices.starts_aws:
            self._await("aws", lambda: _answers(f"{self.endpoint}/_localstack/health"))
            return False
        state = self.places.state / "aws"
        state.mkdir(exist_ok=True)
        environment = clean_environment(self.places) | {
            "AUTH": "true",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.ports.aws),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
            "MINISTACK_REGION": REGION,
        }
        return self._start(
            "aws", [sys.executable, "-m", "local.emulator"], environment, lambda: _answers(f"{self.endpoint}/health")
        )

    def start_cache(self) -> bool:
        folder = self.places.state / "cache"
        folder.mkdir(exist_ok=True)
        settings = ("--save", "300 1", "--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru")
        argv = valkey.command(self.ports.cache, folder, *settings)
        return self._start("cache", argv, clean_environment(self.places), lambda: valkey.serves(self.ports.cache))

    def start_search(self) -> bool:
        """Starts the search engine, which is empty then: it keeps nothing. True if it was started now."""
        argv = [str(programs.search_server()), "-addr", f"{HOST}:{self.ports.search}", "-no-ja", "-no-stdin-watch"]
        return self._start("search", argv, clean_environment(self.places), lambda: _answers(self.search_url))

    def start_edge(self) -> bool:
        """Starts the edge, or starts it anew if its configuration or its code is not what it was started with."""
        mark = self.places.run / "edge.sha256"
        now = _digest(self.places.edge_config, *(ROOT / "local").glob("edge*"), *(ROOT / "infra/edge").glob("*.js"))
        if not mark.exists() or mark.read_text() != now:
            self.stop("edge")
            mark.write_text(now)
        argv = [
            sys.executable,
            "-m",
            "local.edge",
            "--config",
            str(self.places.edge_config),
            "--port",
            str(self.ports.edge),
        ]
        environment = clean_environment(self.places) | self.administrator()
        return self._start("edge", argv, environment, lambda: _answers(f"{self.edge_url}/_local/health"))

    def start_engine(self, name: str, argv: list[str], environment: dict[str, str], ready: Callable[[], bool]) -> bool:
        """Starts a process that listens on no port of its own: local/engines.py says which. True if it was started."""
        return self._start(name, argv, clean_environment(self.places) | environment, ready)

    def wait_for(self, name: str, ready: Callable[[], bool], seconds: float) -> bool:
        """Whether `ready` came true while the process lived, within `seconds`."""
        wait_until(lambda: ready() or self.running(name) is None, seconds, every=0.2)
        return ready()

    def stop(self, name: str) -> bool:
        return self.pidfiles.stop(name, GRACE_SECONDS[name])

    def save_state(self) -> None:
        """Has the emulator write its state, so that a crash loses only what comes after. Returns when it is written."""
        owned = self.running("aws")
        if owned:
            before = self._saved_at()
            os.kill(owned.pid, signal.SIGUSR1)
            wait_until(lambda: self._saved_at() != before, GRACE_SECONDS["aws"])

    def _saved_at(self) -> int:
        mark = self.places.state / "aws/saved.json"
        return mark.stat().st_mtime_ns if mark.exists() else 0

    def _start(self, name: str, argv: list[str], environment: dict[str, str], ready: Callable[[], bool]) -> bool:
        owned, port = self.running(name), self.port_of(name)
        if owned and owned.port == port:
            return False
        self.stop(name)  # on another port, or dead with orphans in its group
        if port:
            ports.require_free(name, port)
        self.pidfiles.start(name, port, argv, environment, self.places.run, self.log(name))
        self._await(name, ready)
        return True

    def port_of(self, name: str) -> int:
        """0 of a process that others do not call."""
        return int(getattr(self.ports, name, 0))

    def log(self, name: str) -> Path:
        return self.places.logs / f"{name}.log"

    def _await(self, name: str, ready: Callable[[], bool]) -> None:
        owned = self.pidfiles.read(name)
        wait_until(lambda: ready() or (owned is not None and not owned.alive), READY_SECONDS, every=0.1)
        if not ready():
            tail = self.log(name).read_text(errors="replace").splitlines()[-15:] if self.log(name).exists() else []
            raise NotReady(f"{name} did not come up within {READY_SECONDS} s.\n" + "\n".join(tail))


def clean_environment(places: Places) -> dict[str, str]:
    """What our processes see: nothing of this shell, for the emulator hands its own environment on to every function.

    HOME is an empty folder, so that no ~/.aws, ~/.npmrc or ~/.config of the user changes what functions do.
    """
    passed = {
        name: os.environ[name]
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS")
        if name in os.environ
    }
    return passed | {
        "PATH": os.pathsep.join((str(programs.node().path.parent), "/usr/bin", "/bin")),
        "HOME": str(places.run / "home"),
        "TMPDIR": str(places.run / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=5)
    except httpx.HTTPError:
        return False
    return True
