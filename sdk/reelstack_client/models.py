"""What all answers have in common: frozen types that ignore fields a newer service adds. Each room has its own."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


Item = TypeVar("Item", bound=BaseModel)


class Page(Answer, Generic[Item]):
    """One page of a list; hand `cursor` to the same call for the next, None at the end."""

    items: list[Item]
    cursor: str | None = None
