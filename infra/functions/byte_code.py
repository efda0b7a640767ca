"""Byte code of the layers, by a Python of the version that Lambda runs, whatever Python this machine has."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

NOT_COMPILED = (
    r"/(aws_lambda_powertools/utilities/[a-z_]+|opensearchpy/(_async|plugins)|valkey/asyncio"
    r"|onnxruntime/(tools|quantization)|numpy/f2py)/"
)
"""What no cold start imports, or one that is kept in a snapshot: byte code counts against the limit, too."""


class PythonMissing(RuntimeError):
    """This machine has no Python of the version, and none could be brought."""


@cache
def interpreter(version: str, *, bring: bool = True) -> str:
    """A Python of this version ("3.13"): running now, on the PATH, one of pyenv's, or one that uv brings if it may.

    Raises PythonMissing: a layer without byte code would be another layer on each machine, and slower on Lambda.
    """
    for python in chain(_known(version), _brought(version) if bring else ()):
        asked = [python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)  # a pyenv shim may refuse
        if said.stdout.strip() == version:
            return python
    raise PythonMissing(f"no Python {version} on this machine, and uv could not bring one: install python{version}")


def _known(version: str) -> Iterator[str]:
    """The running one, one on the PATH, and those of pyenv: its shim on the PATH refuses all but the chosen version."""
    yield sys.executable
    on_path = shutil.which(f"python{version}")
    folders = [Path.home() / ".pyenv" / "versions", Path(sys.base_prefix).parent]
    if on_path:
        yield on_path
        folders.append(Path(on_path).parent.parent / "versions")
    for folder in folders:
        yield from map(str, folder.glob(f"{version}.*/bin/python"))


def _brought(version: str) -> Iterator[str]:
    """uv's own Python of this version, downloaded if it must be. It is asked for only if the machine has none."""
    uv = shutil.which("uv", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if uv:
        install = [uv, "python", "install", "--no-bin", version]
        subprocess.run(install, check=False, timeout=300, stdout=sys.stderr, stdin=subprocess.DEVNULL)
        find = [uv, "python", "find", "--managed-python", "--no-project", version]
        said = subprocess.run(find, capture_output=True, text=True, timeout=30, check=False)
        yield from filter(None, [said.stdout.strip()])


def compile_all(packages: Path, version: str) -> None:
    """Writes byte code beside the sources, which a function cannot: its layers are read only, and each cold start would
    compile whatever it imports (1.4 s). Valid whatever the sources' times are: archives do not keep those.

    Raises PythonMissing.
    """
    command = [interpreter(version), "-sP", "-m", "compileall", "-q", "--invalidation-mode=unchecked-hash"]
    command += ["-x", NOT_COMPILED, "-s", str(packages), "-p", "/opt/python", str(packages)]
    # Nothing of the caller's environment. The seed decides the order of a frozen set of constants in the byte code.
    environment = {"PYTHONHASHSEED": "0"}
    subprocess.run(command, check=True, timeout=300, stdout=sys.stderr, stdin=subprocess.DEVNULL, env=environment)
