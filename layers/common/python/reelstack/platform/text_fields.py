"""Fields that people write: a type for each kind. A request body has no other field for free text.

The type stores the normal form (`platform.text`) and measures that. `x-text` in the description says that a field is
one of these; tests/contract/test_text_fields.py looks for texts that are not.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from reelstack.platform import text


@dataclass(frozen=True)
class Written:
    """Makes a `str` a text of a person: normal form, of `least` to `most` characters, in one line unless `lines`."""

    most: int
    least: int = 0
    lines: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        least = {"minLength": self.least} if self.least else {}
        return {**handler(schema), **least, "maxLength": self.most, "x-text": "lines" if self.lines else "line"}

    def read(self, written: str) -> str:
        try:
            found = text.normal(written, lines=self.lines)
        except text.NotText as wrong:
            raise PydanticCustomError("not_text", "The text {wrong}", {"wrong": str(wrong)}) from wrong
        if text.is_blank(found):
            found = ""
        if len(found) < self.least:
            raise PydanticKnownError("string_too_short", {"min_length": self.least})
        if len(found) > self.most:
            raise PydanticKnownError("string_too_long", {"max_length": self.most})
        return found


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    parts.port  # noqa: B018 -- raises ValueError for one that none can be
    if parts.scheme != "https" or "." not in (parts.hostname or "") or parts.username is not None:
        raise ValueError("must be an https:// address of a site")
    return address


Title = Annotated[str, Written(150, least=1)]
Description = Annotated[str, Written(2000, lines=True)]
Tag = Annotated[str, Written(40, least=1)]
CommentWords = Annotated[str, Written(500, least=1, lines=True)]
DisplayName = Annotated[str, Written(50)]
Bio = Annotated[str, Written(500, lines=True)]
WantedHandle = Annotated[str, Written(64, least=1)]
"""As it was typed; accounts.handles says what a handle may be."""
ADDRESS = r"^https://[A-Za-z0-9._~-]*[.][A-Za-z0-9._~-]*(:[0-9]*)?([/?#][!-~]*)?$"
"""How the description puts `_web_address`."""
Link = Annotated[
    str,
    Field(max_length=200, pattern=r"^[\x21-\x7e]+$", json_schema_extra={"pattern": ADDRESS}),
    AfterValidator(_web_address),
]
Reason = Annotated[str, Written(500, least=1, lines=True)]
"""Why a member of staff acts."""
OptionalReason = Annotated[str, Written(500, lines=True)]
AppealText = Annotated[str, Written(2000, least=1, lines=True)]
SearchWords = Annotated[str, Written(100)]
