"""The process that cold starts are forked from, with the libraries of functions: `python -m local.fork_server SOCKET`.

`local.emulator_workers` asks for a fork by one message: a script, a folder, an environment, and the three files that
are to be its standard ones. The answer is the pid. The server ends with the emulator; its forks go on.
"""

import ctypes
import functools
import importlib
import io
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any

LOADED = (
    "boto3.dynamodb.conditions",
    "botocore.auth",
    "botocore.client",
    "botocore.credentials",
    "botocore.handlers",
    "botocore.httpsession",
    "botocore.retries.standard",
    "fastapi",
    "mangum",
    "opensearchpy",
    "pynamodb.models",
    "s3transfer.manager",
    "valkey",
)
"""Powertools is left out: on import it reads the function's name from the environment. So is our own code: a function
that is deployed anew imports the new one."""
CALLED = ("dynamodb", "s3", "sqs", "secretsmanager", "stepfunctions", "events")
MESSAGE_BYTES = 128 * 1024
STANDARD = (0, 1, 2)


def main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    for name in LOADED:
        importlib.import_module(name)
    _keep_descriptions()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel takes what has ended out of its table
    while True:
        message, files, _, _ = socket.recv_fds(asked, MESSAGE_BYTES, len(STANDARD))
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            asked.close()
            _run(json.loads(message), files)
        asked.send(str(pid).encode())
        for file in files:
            os.close(file)


def _keep_descriptions() -> None:
    """Lets botocore read its descriptions of the services' APIs from files once, and not for each client."""
    from botocore.loaders import JSONFileLoader
    from botocore.session import Session

    load = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: load(path)  # type: ignore[method-assign, assignment]
    # Nothing is signed with these: without any it would ask the machine's metadata for some.
    keys: Any = {"aws_access_key_id": "-", "aws_secret_access_key": "-"}
    for name in CALLED:
        Session().create_client(name, region_name="us-east-1", **keys)


def _run(asked: dict[str, Any], files: list[int]) -> None:
    """Makes this process like a Python that was started with the script. Does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for standard, file in zip(STANDARD, files, strict=True):
        os.dup2(file, standard)
        os.close(file)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(number, "w", closefd=False), encoding="utf-8", write_through=True)
        for number in STANDARD[1:]
    )
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    script = asked["script"]
    _show(f"{sys.executable}\0{script}")
    sys.argv[:], sys.path[0] = [script], str(Path(script).parent)
    runpy.run_path(script, run_name="__main__")
    sys.exit(0)


def _show(command: str) -> None:
    """Writes over what `ps` shows of this process. Where that lies is in /proc/self/stat, and how long it may be was
    decided by how long the first command line was."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    ctypes.memmove(start, command.encode().ljust(end - start, b"\0")[: end - start], end - start)


if __name__ == "__main__":
    main()
