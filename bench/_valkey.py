"""A Valkey of its own for a benchmark: a real server on a free port, gone afterwards."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import ports, valkey
from local.processes import wait_until

READY_SECONDS = 20


@contextmanager
def server() -> Iterator[str]:
    """Its valkey:// address."""
    (port,) = ports.free(1)
    with tempfile.TemporaryDirectory() as folder:
        argv = valkey.command(port, Path(folder), "--save", "")
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        try:
            if not wait_until(lambda: valkey.serves(port), READY_SECONDS):
                raise TimeoutError(f"Valkey did not answer within {READY_SECONDS} s")
            yield f"valkey://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)
