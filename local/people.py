"""The demo users: one per role, made through Cognito's administrator API, their passwords drawn once and kept."""

import contextlib
import json
import secrets
import string
from dataclasses import asdict, dataclass, replace

import httpx

from local.cloud import client
from local.errors import NotUp
from local.outputs import Outputs
from local.places import Places
from local.services import Services
from reelstack_client import Client, PasswordSignIn

ROLES = {"ann": "creator", "bob": "viewer", "mia": "moderator", "ada": "admin"}
"""Name → group."""
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-_")
"""Cognito's default policy wants one of each."""
TIMEOUT = 30
"""Seconds: the first request to a function starts it."""


@dataclass(frozen=True)
class Person:
    name: str
    role: str
    password: str


def make(services: Services, outputs: Outputs) -> list[Person]:
    """Makes who is missing, and sets everyone's password and group as they are kept in `.local/users.json`."""
    people = _kept(services.places) or [Person(name, role, _password()) for name, role in ROLES.items()]
    _keep(services.places, people)
    cognito = client(services, "cognito-idp")
    pool = outputs.user_pool_id
    for person in people:
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):  # from an earlier `up`
            cognito.admin_create_user(
                UserPoolId=pool,
                Username=person.name,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": f"{person.name}@example.com"},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
        cognito.admin_set_user_password(UserPoolId=pool, Username=person.name, Password=person.password, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=person.name, GroupName=person.role)
    return people


def introduce(outputs: Outputs, people: list[Person]) -> None:
    """Gives who has none a handle and a name, over HTTP as they would themselves: that is how others find them."""
    with httpx.Client(timeout=TIMEOUT) as http:
        for person in people:
            known = Client(outputs.edge_url, sign_in(outputs, person, http), http=http).accounts
            me = known.me()
            if not me.handle:
                known.claim_handle(person.name)
            if not me.display_name:
                known.edit(display_name=person.name.title())


def sign_in(outputs: Outputs, person: Person, http: httpx.Client | None = None) -> PasswordSignIn:
    return PasswordSignIn(outputs.endpoint, outputs.client_id, person.name, person.password, http)


def keep_password(places: Places, name: str, password: str) -> None:
    """Notes the password that a demo user has from now on, also after the next `up`. Raises NotUp."""
    people = read(places)
    _keep(places, [replace(person, password=password) if person.name == name else person for person in people])


def read(places: Places) -> list[Person]:
    """The demo users of the last `up`. Raises NotUp."""
    people = _kept(places)
    if not people:
        raise NotUp(f"no cloud was started in {places.home}: run `reelstack up`")
    return people


def _keep(places: Places, people: list[Person]) -> None:
    places.users.touch(mode=0o600)
    places.users.chmod(0o600)  # an older file keeps its mode otherwise
    places.users.write_text(json.dumps([asdict(person) for person in people], indent=1) + "\n")


def _kept(places: Places) -> list[Person]:
    if not places.users.exists():
        return []
    return [Person(**person) for person in json.loads(places.users.read_text() or "[]")]


def _password(length: int = 16) -> str:
    drawn = [secrets.choice(kind) for kind in KINDS]
    drawn += [secrets.choice("".join(KINDS[:3])) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)
