"""Synthesized templates as the tests of infra read them: by construct path, with references written out as text."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.settings import Settings

Node = Any


@dataclass(frozen=True)
class Resource:
    """`path` is the construct's without stage and trailing "Resource": App/Uploads, State/Media."""

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
    """One variant of the app. `templates`: "App" -> its CloudFormation template."""

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
        """The first resource of a construct, e.g. at("App/Uploads"). KeyError if there is none."""
        return self._by_path[path]

    def flat(self, stack: str, node: Node) -> str:
        """A value with its references as construct paths: "State/Media.Arn/v/*", "App/Bus", "<AWS::Region>"."""
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


def listed(value: Node) -> list[Node]:
    """CloudFormation writes one thing without the list around it."""
    return value if isinstance(value, list) else [value]
