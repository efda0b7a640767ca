"""What all answers have in common: frozen types that ignore fields a newer service adds. Each room has its own."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar
from urllib.parse import urljoin

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def _absolute(url: str, info: ValidationInfo) -> str:
    context: dict[str, str] = info.context or {}
    edge_url = context.get("edge_url")
    return urljoin(edge_url, url) if edge_url else url


def _address(url: str) -> str:
    """Told where it is read: httpx would raise an InvalidURL of its own where it is asked."""
    try:
        known = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error
    if known.scheme not in ("http", "https") or not known.host:
        raise ValueError("no address")
    return url


Address = Annotated[str, AfterValidator(_address)]
"""Where the client itself sends something, or fetches it from."""
SiteUrl = Annotated[str, AfterValidator(_absolute)]
"""An address that the service names relative to its site; absolute once the client has answered."""


class UserCard(Answer):
    """What a list says of a person."""

    id: str
    handle: str | None = None
    display_name: str = ""
    avatar: SiteUrl | None = None
    following: bool = False
    """Whether the caller follows them."""


Item = TypeVar("Item", bound=BaseModel)


class Page(Answer, Generic[Item]):
    """One page of a list; hand `cursor` to the same call for the next, None at the end."""

    items: list[Item]
    cursor: str | None = None
