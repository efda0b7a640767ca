from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from reelstack.feed import choices
from reelstack.platform.text_fields import Tag
from reelstack.search.documents import plain_tag
from reelstack.web import Viewer

router = APIRouter(prefix="/v1/me/interests", tags=["feed"])


class ChosenInterests(BaseModel):
    """What I like, as I said myself: where my feed begins, before it has seen what I watch."""

    model_config = ConfigDict(extra="forbid")

    tags: list[Tag] = Field(default_factory=list, max_length=20)
    languages: list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]] = Field(default_factory=list, max_length=10)
    """Primary subtags of languages (BCP 47), in lower case, such as "de"."""


class WantedInterests(ChosenInterests):
    """Both lists as they shall be: one that is left out becomes empty, so one of them must be there."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @field_validator("tags")
    @classmethod
    def has_a_word(cls, tags: list[str]) -> list[str]:
        """Signs alone beside words are left out; where there is nothing else, nobody meant to empty the list."""
        if tags and not any(map(plain_tag, tags)):
            raise PydanticCustomError("no_word", "no word in {tags}", {"tags": ", ".join(tags)})
        return tags

    @model_validator(mode="after")
    def says_something(self) -> "WantedInterests":
        if not self.model_fields_set:
            raise PydanticCustomError(
                "nothing_chosen", "name `tags`, `languages` or both; an empty list takes all back"
            )
        return self


@router.get("")
def get_interests(caller: Viewer) -> ChosenInterests:
    """Empty lists: I chose nothing."""
    found = choices.choices_of(caller.user_id).interests
    return ChosenInterests(tags=list(found.tags), languages=list(found.languages))


@router.put("")
def set_interests(wanted: WantedInterests, caller: Viewer) -> ChosenInterests:
    """Instead of what I chose before, tags and languages together: a list that is left out, or empty, is empty from now
    on; a body with neither is refused. Each once, in this order and the spelling that came first. A tag of signs alone
    is none, and refused where there is no other."""
    spelled: dict[str, str] = {}
    for tag in wanted.tags:
        spelled.setdefault(plain_tag(tag), tag)
    spelled.pop("", None)
    tags, languages = tuple(spelled.values()), tuple(dict.fromkeys(wanted.languages))
    choices.set_interests(caller.user_id, choices.Interests(tags, languages))
    return ChosenInterests(tags=list(tags), languages=list(languages))
