"""What runs of the laptop cloud, and how much memory it takes."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from local import engines, outputs, valkey
from local.errors import NotUp
from local.places import Places
from local.services import Services

PROC = Path("/proc")


class ServiceStatus(BaseModel):
    """One service with everything it spawned. `resident_mib`: proportional share (PSS), shared pages counted once."""

    model_config = ConfigDict(frozen=True)

    name: str
    up: bool
    port: int
    pid: int | None
    processes: int
    resident_mib: int
    seen: str = ""
    """Of the Flink job, how old its heartbeat is and how late it reads; of the cache, whether it answers."""


class Status(BaseModel):
    model_config = ConfigDict(frozen=True)

    profile: str
    services: list[ServiceStatus]
    deployed: bool
    saved_at: str | None
    edge_url: str | None


def read(places: Places) -> Status:
    services = Services.of(places)
    try:
        edge_url = outputs.read(places).edge_url
    except NotUp:
        edge_url = None
    return Status(
        profile=services.choices.profile,
        services=[_service(services, name) for name in services.names],
        deployed=places.deployed.exists(),
        saved_at=services.saved().at,
        edge_url=edge_url,
    )


def _service(services: Services, name: str) -> ServiceStatus:
    owned = services.running(name)
    group = owned.group() if owned else []
    return ServiceStatus(
        name=name,
        up=owned is not None,
        port=owned.port if owned else services.port_of(name),
        pid=owned.pid if owned else None,
        processes=len(group),
        resident_mib=sum(map(_resident_kib, group)) // 1024,
        seen=_says(services, name) if owned else "",
    )


def _says(services: Services, name: str) -> str:
    if name == "interests":
        return engines.heartbeat(services)
    # A process that hangs is there and answers nobody.
    return "does not answer" if name == "cache" and not valkey.serves(services.ports.cache) else ""


def _resident_kib(pid: int) -> int:
    """0 where the system does not tell (macOS) or the process is gone."""
    try:
        rows = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)
