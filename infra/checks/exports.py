"""What stacks export to one another, and whether a deployment could change it while it is in use.

CloudFormation refuses to remove or change an export that another stack imports ("Export … in use"). Stacks are deployed
one after another, the exporting one first; so what the stacks of the old deployment import must stay as it is.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Template = dict[str, Any]


def read_templates(assembly: Path) -> dict[str, Template]:
    """By stack name."""
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(assembly.glob("*.template.json"))
    }


def exported(templates: dict[str, Template]) -> dict[str, Any]:
    """Name of an export -> its value."""
    outputs = (output for template in templates.values() for output in template.get("Outputs", {}).values())
    return {output["Export"]["Name"]: output["Value"] for output in outputs if "Export" in output}


def imported(templates: dict[str, Template]) -> set[str]:
    return {name for template in templates.values() for name in _imports(template)}


def in_use(templates: dict[str, Template]) -> dict[str, Any]:
    """The exports that some stack imports, with their values."""
    values = exported(templates)
    return {name: values[name] for name in sorted(imported(templates))}


def conflicts(used: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """`used`: exports in use before the deployment; `new`: all exports after it. Empty if the deployment can pass."""
    return [
        f"export {name} is in use and would be {'changed' if name in new else 'removed'}"
        for name, value in used.items()
        if new.get(name) != value
    ]


def _imports(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for value in node:
            yield from _imports(value)
    elif isinstance(node, dict):
        if isinstance(name := node.get("Fn::ImportValue"), str):
            yield name
        for value in node.values():
            yield from _imports(value)
