"""Fields that people write: a type for each kind. A request body has no other field for free text.

The type stores the normal form (`platform.text`) and measures that. `x-text` in the description says that a field is
one of these; tests/contract/test_text_fields.py looks for texts that are not.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
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


Title = Annotated[str, Written(150, least=1)]
Description = Annotated[str, Written(2000, lines=True)]
Tag = Annotated[str, Written(40, least=1)]
CommentWords = Annotated[str, Written(500, least=1, lines=True)]
DisplayName = Annotated[str, Written(50)]
Bio = Annotated[str, Written(500, lines=True)]
WantedHandle = Annotated[str, Written(64, least=1)]
"""As it was typed; accounts.handles says what a handle may be."""
Language = Annotated[str, Field(pattern="^([a-z]{2,3})?$")]
"""The primary subtag of a language (BCP 47), in lower case, such as "de"; empty: not stated."""
PORT = "([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
Link = Annotated[
    str, Field(max_length=200, pattern=rf"^https://[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)+(:{PORT})?([/?#][!-~]*)?$")
]
"""An https:// address of a site, in ASCII and without a user's name: "https://bank.example@evil.example" is none."""
Reason = Annotated[str, Written(500, least=1, lines=True)]
"""Why a member of staff acts."""
OptionalReason = Annotated[str, Written(500, lines=True)]
AppealText = Annotated[str, Written(2000, least=1, lines=True)]
SearchWords = Annotated[str, Written(100)]
