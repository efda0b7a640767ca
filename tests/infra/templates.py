"""Synthesized templates as the tests of infra read them: by construct path, with references written out as text."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pynamodb.models import Model

from infra.catalogue import FUNCTIONS, Fn, copies
from infra.names import camel
from infra.settings import Settings
from infra.stacks.stage import CAPABILITIES
from reelstack.tables.model import deployed

Node = Any
STACK_OF_ROOM = {room: stack.NAME for stack in CAPABILITIES for room in stack.ROOMS}
LINES = {line.name: line for line in [*FUNCTIONS, *copies(FUNCTIONS)]}


def stack_of(function: Fn | str) -> str:
    """The stack that holds a function, without stage: "Production"."""
    line = LINES[function] if isinstance(function, str) else function
    return camel(line.name) if line.copy_of else STACK_OF_ROOM[line.room]


def place(function: Fn | str, suffix: str = "", below: str = "") -> str:
    """The path of a function's construct, or of one that is named after it: "Production/ProbeRole"."""
    name = function if isinstance(function, str) else function.name
    parts = [stack_of(function), *([below] if below else []), f"{camel(name)}{suffix}"]
    return "/".join(parts)


@dataclass(frozen=True)
class Resource:
    """`path` is the construct's without stage and trailing "Resource": Production/Probe, State/Media."""

    stack: str
    logical_id: str
    path: str
    type: str
    whole: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.whole.get("Properties", {})
        return found


@dataclass(frozen=True)
class Assembly:
    """One variant of the app. `templates`: "State" -> its CloudFormation template."""

    settings: Settings
    folder: Path

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        prefix = f"Reelstack-{self.settings.stage}-"
        files = sorted(self.folder.glob(f"{prefix}*.template.json"))
        return {path.name.removeprefix(prefix).split(".")[0]: json.loads(path.read_text()) for path in files}

    @cached_property
    def resources(self) -> list[Resource]:
        return [
            Resource(stack, logical_id, self._path(whole), whole["Type"], whole)
            for stack, template in self.templates.items()
            for logical_id, whole in template["Resources"].items()
        ]

    def of(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]

    def at(self, path: str) -> Resource:
        """The first resource of a construct, e.g. at("State/Uploads"). KeyError if there is none."""
        return self._by_path[path]

    def flat(self, stack: str, node: Node) -> str:
        """A value with its references as construct paths: "State/Media.Arn/v/*", "<AWS::Region>"."""
        if not isinstance(node, dict):
            return str(node)
        ((function, argument),) = node.items()
        match function:
            case "Ref":
                return f"<{argument}>" if argument.startswith("AWS::") else self._by_id[stack, argument].path
            case "Fn::GetAtt":
                return f"{self._by_id[stack, argument[0]].path}.{argument[1]}"
            case "Fn::ImportValue":
                return self.flat(*self._exports[argument])
            case "Fn::Join":
                return str(argument[0]).join(self.flat(stack, part) for part in argument[1])
            case _:
                raise AssertionError(f"{function} is not expected here: {node}")

    def arn(self, service: str, resource: str) -> str:
        """Of a resource of this stage in its own account and region."""
        return f"arn:aws:{service}:{self.settings.region}:{self.settings.account}:{resource}"

    def named(self, name: str) -> str:
        """The physical name of a resource: reelstack-prod-videos."""
        return f"reelstack-{self.settings.stage}-{name}"

    def table_arn(self, model: type[Model]) -> str:
        return self.arn("dynamodb", f"table/{self.named(_table_name(model))}")

    def _path(self, whole: dict[str, Any]) -> str:
        path: str = whole["Metadata"]["aws:cdk:path"]
        return path.removeprefix(f"Reelstack-{self.settings.stage}-").removesuffix("/Resource")

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], Resource]:
        return {(resource.stack, resource.logical_id): resource for resource in self.resources}

    @cached_property
    def _by_path(self) -> dict[str, Resource]:
        return {resource.path: resource for resource in reversed(self.resources)}

    @cached_property
    def _exports(self) -> dict[str, tuple[str, Node]]:
        return {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in self.templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }


def _table_name(model: type[Model]) -> str:
    return deployed(model).field.removesuffix("_table").replace("_", "-")


def listed(value: Node) -> list[Node]:
    """CloudFormation writes one thing without the list around it."""
    return value if isinstance(value, list) else [value]
