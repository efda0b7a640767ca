"""The API reference as Markdown, a page for each room, out of docs/api/openapi.json."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

Document = dict[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
ROOM = re.compile(r"[a-z]+")


def write(openapi: Path, folder: Path) -> None:
    document = json.loads(openapi.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(_operations(document), key=lambda one: (one[0], one[2], METHODS.index(one[1])))
    index = ["# API reference", "", document["info"].get("description", ""), ""]
    index += ["Every request but sign-in carries `Authorization: Bearer <access token>` unless it is public.", ""]
    for room, operations in groupby(found, key=lambda one: one[0]):
        page = [f"# API: {room}", ""]
        index += ["", f"## {room}", "", "| request | what it does |", "|---|---|"]
        for _, method, path, operation in operations:
            title = f"{method.upper()} {path}"
            anchor = _anchor(operation)
            index.append(f"| [`{title}`]({room}.md#{anchor}) | {_first(operation)} |")
            page += [f"## {operation['summary']} {{ #{anchor} }}", "", f"`{title}`", "", _text(operation), ""]
            page += [*_inputs(document, operation), *_answers(document, operation)]
        (folder / f"{room}.md").write_text("\n".join(page) + "\n")
    (folder / "index.md").write_text("\n".join(index) + "\n")


def _operations(document: Document) -> Iterator[tuple[str, str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield operation.get("tags", ["other"])[0], method, path, operation


def _anchor(operation: Document) -> str:
    return str(operation["operationId"]).replace("_", "-")


def _text(operation: Document) -> str:
    return str(operation.get("description", "")).replace("<", "&lt;")


def _first(operation: Document) -> str:
    text = " ".join(_text(operation).split()).replace("|", "\\|")
    return text.partition(". ")[0].rstrip(".") or str(operation["summary"])


def _inputs(document: Document, operation: Document) -> Iterator[str]:
    if parameters := operation.get("parameters"):
        yield from ("| parameter | in | type | |", "|---|---|---|---|")
        for one in parameters:
            need = "required" if one.get("required") else ""
            says = " ".join(filter(None, (need, _cell(one.get("description", "")))))
            yield f"| `{one['name']}` | {one['in']} | {_type(one['schema'])} | {says} |"
        yield ""
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        yield from (f"**Body** ({kind})", "")
        yield from _fields(document, body["schema"])


def _answers(document: Document, operation: Document) -> Iterator[str]:
    refusals = list[str]()
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if status.startswith("2"):
            yield from (f"**{status}** {', '.join(content)}", "")
            for body in content.values():
                yield from _fields(document, body.get("schema", {}))
        else:
            refusals.append(f"| {status} | {_cell(answer['description'])} |")
    if refusals:
        yield from ("| refusal | type and title |", "|---|---|", *refusals, "")


def _fields(document: Document, schema: Document) -> Iterator[str]:
    """The fields of an object; of a list those of its items."""
    found = _resolved(document, schema)
    properties = found.get("properties")
    if not properties:
        yield from (f"{_type(schema)}", "")
        return
    required = found.get("required", [])
    yield from ("| field | type | |", "|---|---|---|")
    for name, one in properties.items():
        says = " ".join(filter(None, ("required" if name in required else "", _cell(one.get("description", "")))))
        yield f"| `{name}` | {_type(one)} | {says} |"
    yield ""
    for name, one in properties.items():
        items = _resolved(document, one.get("items", {}))
        if "properties" in items:
            yield from (f"Each of `{name}`:", "", ", ".join(f"`{field}`" for field in items["properties"]), "")


def _resolved(document: Document, schema: Document) -> Document:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _type(schema: Document) -> str:
    """For people: `string` ≤ 150, one of "a", "b", list of Video."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if variants := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(map(_type, variants)))
    if "enum" in schema:
        return "one of " + ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    most = schema.get("maxLength", schema.get("maximum"))
    return str(schema.get("type", "anything")) + (f" ≤ {most}" if most is not None else "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("; ", "<br>")
