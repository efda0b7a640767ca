"""Is this machine fit for the laptop cloud? Each finding says what was seen and, if it is not, what to do."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator

from pydantic import BaseModel, ConfigDict

from local import ports, programs
from local.errors import LocalError
from local.places import ROOT, Places
from local.services import Services

OLDEST_PYTHON = (3, 11)
FREE_GIB = 2
MEMORY_GIB = 4
GIB = 1024**3


class Finding(BaseModel):
    model_config = ConfigDict(frozen=True)

    what: str
    fit: bool
    seen: str
    advice: str = ""


def examine(places: Places) -> list[Finding]:
    """Everything `up` depends on, in the order in which it would fail."""
    services = Services.of(places)
    return [*_machine(), *_programs(services), *_engines(), *_ports(services)]


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        what="Python",
        fit=sys.version_info >= OLDEST_PYTHON,
        seen=f"{version} at {sys.prefix}",
        advice="use Python ≥ 3.11",
    )
    free = shutil.disk_usage(ROOT).free / GIB
    yield Finding(what="disk", fit=free >= FREE_GIB, seen=f"{free:.1f} GiB free", advice=f"make {FREE_GIB} GiB free")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    yield Finding(
        what="memory",
        fit=memory >= MEMORY_GIB,
        seen=f"{memory:.1f} GiB, {os.cpu_count()} cores",
        advice=f"{MEMORY_GIB} GiB are needed while a clip is produced",
    )


def _programs(services: Services) -> Iterator[Finding]:
    looks: dict[str, Callable[[], str]] = {
        "ffmpeg": lambda: programs.version(programs.ffmpeg()),
        "ffprobe": lambda: programs.version(programs.ffprobe()),
        **({"Valkey": lambda: str(programs.valkey_server())} if "cache" in services.names else {}),
        **({"search": lambda: str(programs.search_server())} if "search" in services.names else {}),
        "Node.js": lambda: f"{programs.node().version} at {programs.node().path}",
        "AWS CDK": lambda: str(programs.cdk()),
        "sample clip": lambda: str(programs.sample_clip()),
    }
    for what, look in looks.items():
        try:
            yield Finding(what=what, fit=True, seen=look())
        except LocalError as error:
            yield Finding(what=what, fit=False, seen=str(error), advice="make up")


def _engines() -> Iterator[Finding]:
    """What only `make test-engines` and ENGINES=1 need: never a reason to call the machine unfit."""
    for what in ("java", "mvn"):
        path = shutil.which(what)
        yield Finding(what=what, fit=True, seen=path or "not found; only the streaming and batch engines need it")


def _ports(services: Services) -> Iterator[Finding]:
    for name in services.names:
        port = getattr(services.ports, name)
        owned = services.running(name)
        if owned:
            yield Finding(what=f"port {name}", fit=True, seen=f"{owned.port}, ours (pid {owned.pid})")
        elif ports.is_free(port):
            yield Finding(what=f"port {name}", fit=True, seen=f"{port}, free")
        else:
            advice = f"reelstack up --{name}-port {port + 1000}, or stop that program"
            yield Finding(what=f"port {name}", fit=False, seen=f"{port}, held by {ports.holder(port)}", advice=advice)
