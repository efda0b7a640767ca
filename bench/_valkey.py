"""A Valkey of its own for a benchmark: a real server on a free port, gone afterwards."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import valkey

from local import ports, programs


@contextmanager
def server() -> Iterator[str]:
    """Its valkey:// address."""
    (port,) = ports.free(1)
    with tempfile.TemporaryDirectory() as folder:
        argv = [str(programs.valkey_server()), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder]
        process = subprocess.Popen([*argv, "--save", ""], stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            yield f"valkey://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait(port: int) -> None:
    client, deadline = valkey.Valkey(port=port), time.monotonic() + 20
    while True:
        try:
            client.ping()
        except valkey.exceptions.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            client.close()
            return
