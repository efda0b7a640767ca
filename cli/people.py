"""Names of people in place of their ids, where the API gives ids: to those who moderate."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cli.output import named

if TYPE_CHECKING:
    from reelstack_client import Client

NOBODY = ("machine", "policy")
"""Actors of the audit log that are no people."""


def names(client: "Client", user_ids: Iterable[str]) -> dict[str, str]:
    """How each is called. One request a person: a page of reviews has few holders, and a log few actors."""
    return {user_id: user_id if user_id in NOBODY else _name(client, user_id) for user_id in set(user_ids)}


def _name(client: "Client", user_id: str) -> str:
    from reelstack_client import NotFound

    try:
        return named(client.accounts.find(user_id))
    except NotFound:
        return "(deleted account)"
