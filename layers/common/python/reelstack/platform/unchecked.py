"""Models of pydantic made of values that have their types already. Checking them again is half of what a card costs."""

from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def made(model: type[M], values: dict[str, Any]) -> M:
    """`values`: of every field, by its name. `model_construct` would look each of them up first, for its alias and its
    default, which takes ten times as long."""
    found = model.__new__(model)
    object.__setattr__(found, "__dict__", values)
    object.__setattr__(found, "__pydantic_fields_set__", set())
    object.__setattr__(found, "__pydantic_extra__", None)
    object.__setattr__(found, "__pydantic_private__", None)
    return found
