"""How Valkey is started: as a cluster of one, since ElastiCache Serverless is a cluster to its clients.

A request whose keys lie in several slots is refused then, here as there (CROSSSLOT).
"""

from pathlib import Path

import valkey

from local import ports, programs
from local.ports import HOST

LAST_SLOT = 16383
ANSWER_SECONDS = 5


def command(port: int, folder: Path, *more: str) -> list[str]:
    """Starts a server on 127.0.0.1:`port` that keeps its files in `folder`."""
    (between_nodes,) = ports.free(1)  # there is one node, but a cluster listens for others
    argv = [str(programs.valkey_server()), "--bind", HOST, "--port", str(port), "--dir", str(folder)]
    return [*argv, "--cluster-enabled", "yes", "--cluster-port", str(between_nodes), *more]


def serves(port: int) -> bool:
    """Whether the server takes commands. The first time it answers it is given every slot."""
    with valkey.Valkey(HOST, port, socket_timeout=ANSWER_SECONDS, decode_responses=True) as client:
        try:
            said: dict[str, str] = client.execute_command("CLUSTER INFO")
            if said["cluster_slots_assigned"] == "0":
                client.execute_command("CLUSTER ADDSLOTSRANGE", 0, LAST_SLOT)
        except (valkey.exceptions.ConnectionError, valkey.exceptions.TimeoutError):
            return False
        return said["cluster_state"] == "ok"
