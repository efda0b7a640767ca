"""What a service's own model says against a request: types, names, and the bounds and patterns boto3 does not hold."""

import re
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator


def problems(service: str, operation: str, request: dict[str, Any]) -> list[str]:
    """Everything the model of `operation` would refuse; an empty list if nothing."""
    raw = Loader().load_service_model(service, "service-2")
    shape = ServiceModel(raw, service).operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(request, shape).generate_report()
    return [report] if report else list(_bounds(raw["shapes"], shape, request, operation))


def _bounds(shapes: dict[str, Any], shape: Shape, value: Any, path: str) -> list[str]:
    found: list[str] = []
    raw = shapes[shape.name]
    if shape.type_name == "structure":
        for name, inner in value.items():
            found += _bounds(shapes, shape.members[name], inner, f"{path}.{name}")  # type: ignore[attr-defined]
    elif shape.type_name == "list":
        found += [p for inner in value for p in _bounds(shapes, shape.member, inner, path)]  # type: ignore[attr-defined]
    elif shape.type_name == "map":
        found += [p for inner in value.values() for p in _bounds(shapes, shape.value, inner, path)]  # type: ignore[attr-defined]
    else:
        measured = len(value) if isinstance(value, str) else value
        if ("min" in raw and measured < raw["min"]) or ("max" in raw and measured > raw["max"]):
            found.append(f"{path}: {value} is outside {raw.get('min')}..{raw.get('max')}")
        if "enum" in raw and value not in raw["enum"]:
            found.append(f"{path}: {value} is none of {raw['enum']}")
        if "pattern" in raw and not re.search(raw["pattern"], value):
            found.append(f"{path}: {value} does not match {raw['pattern']}")
    return found
