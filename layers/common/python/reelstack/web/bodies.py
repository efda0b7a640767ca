"""Request bodies, and the types of their fields, that more than one service takes."""

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool

from reelstack.platform.text_fields import Reason


def _number(given: Any) -> Any:
    """JSON's true is no number, nor is the text "7"; 7.0 is one, and JSON Schema calls it an integer."""
    if isinstance(given, bool | str):
        raise ValueError("must be a number")
    return given


NUMBER = BeforeValidator(_number)
"""Of an integer of a body: `Annotated[int, Field(ge=1), NUMBER]`. pydantic by itself takes false for 0. It stands
behind the limits, which would else be missing from the description."""
Flag = StrictBool
"""A boolean of a body. pydantic by itself takes 0, "no" and "off" for false."""


class StaffReason(BaseModel):
    """Why a member of staff acts. The audit log keeps it; the owner of a suspended account or a video taken down reads
    it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Reason
