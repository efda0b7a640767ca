"""Reads a state machine file and says which placeholders it expects. The file is plain JSON as it stands."""

import json
import re
from typing import Any

from infra import ROOT

FOLDER = ROOT / "stepfunctions"
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def read(name: str) -> tuple[str, set[str]]:
    """The text of `stepfunctions/<room>/<name>.asl.json` and the names of its `${placeholders}`."""
    (path,) = FOLDER.glob(f"*/{name}.asl.json")
    text = path.read_text()
    return text, set(PLACEHOLDER.findall(text))


def with_numbers(text: str, numbers: dict[str, int]) -> str:
    """Puts whole numbers where the definition wants a number, e.g. `"MaxConcurrency": "${segment_workers}"`.

    A placeholder must stand inside quotes for the file to be JSON; a number must not, so the quotes go with it.
    """
    for name, number in numbers.items():
        text = text.replace(f'"${{{name}}}"', str(number))
    json.loads(text)
    return text


def states(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every state of a machine by name, those inside Parallel and Map included."""
    found: dict[str, dict[str, Any]] = {}
    for name, state in definition["States"].items():
        found[name] = state
        found |= states_inside(state)
    return found


def states_inside(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The states of a Parallel's branches or a Map's processor, at any depth."""
    found: dict[str, dict[str, Any]] = {}
    for machine in (*state.get("Branches", []), state.get("ItemProcessor")):
        found |= states(machine) if machine else {}
    return found
