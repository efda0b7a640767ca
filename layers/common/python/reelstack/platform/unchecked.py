"""Models of pydantic made of values that have their types already. Checking them again is half of what a card costs."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

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


@dataclass(frozen=True)
class Described:
    """Describes a stored dict by `model`: the dict goes out as it is, and the description of the API tells its fields.

    `sound: Annotated[dict[str, Any], Described(SoundFile)]`.
    """

    model: type[BaseModel]

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # By reference, it becomes a schema of its own, under the model's name.
        of_model: Any = self.model.__pydantic_core_schema__
        reference = core_schema.definition_reference_schema(of_model["ref"])
        return handler(core_schema.definitions_schema(reference, [of_model]))
