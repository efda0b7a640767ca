"""Who a command speaks as, and to which stage: the laptop's demo users, or REELSTACK_URL with REELSTACK_TOKEN."""

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from reelstack_client import Client, TokenProvider

AGENT = "reelstack (command line)"
"""How the list of sign-ins calls this program."""

As = Annotated[str, typer.Option("--as", metavar="NAME", help="Demo user to act as: ann, bob, mia or ada.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def token_provider(name: str) -> "TokenProvider":
    """Access tokens of `name`, a demo user with or without an @. With REELSTACK_URL set, the token of REELSTACK_TOKEN,
    whoever that is."""
    if is_elsewhere():
        given = os.environ.get("REELSTACK_TOKEN", "")
        if not given:
            raise typer.BadParameter("REELSTACK_URL is set, so REELSTACK_TOKEN must hold an access token of that stage")
        return lambda: given
    from local import outputs, people, places

    here = places.places()
    known = {person.name: person for person in people.read(here)}
    wanted = name.removeprefix("@")
    if wanted not in known:
        raise typer.BadParameter(f"no demo user named {name!r}; there are {', '.join(known)}", param_hint="--as")
    return people.sign_in(outputs.read(here), known[wanted])


def is_elsewhere() -> bool:
    """Whether commands talk to another stage than this laptop's."""
    return "REELSTACK_URL" in os.environ


def stage_url() -> str:
    """The origin that commands talk to."""
    if is_elsewhere():
        return os.environ["REELSTACK_URL"].rstrip("/")
    from local import outputs, places

    return outputs.read(places.places()).edge_url


def lacks_search() -> bool:
    """Whether commands talk to a laptop cloud of profile core. What another stage has is not known here."""
    if is_elsewhere():
        return False
    from local import outputs, places
    from local.errors import NotUp

    try:
        return not outputs.read(places.places()).search_url
    except NotUp:
        return False


def connect(name: str) -> "Client":
    from reelstack_client import Client

    return Client(stage_url(), token_provider(name), agent=AGENT)


def print_json(document: Any) -> None:
    """One JSON document on stdout. Pydantic models become their fields; a number that is none (NaN) becomes null."""
    text = json.dumps(document, default=lambda model: model.model_dump(mode="json"))
    plain = json.loads(text, parse_constant=lambda _: None)
    sys.stdout.write(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
