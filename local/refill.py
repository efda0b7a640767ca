"""Filling the search engine, which keeps nothing when it stops: by the admin's route, as anybody would."""

import httpx

from local.outputs import Outputs
from local.people import TIMEOUT, Person, sign_in
from reelstack_client import Client
from reelstack_client.search import KINDS


def refill(outputs: Outputs, people: list[Person]) -> int:
    """Builds both indexes anew from the tables. Returns how many documents there are."""
    admin = next(person for person in people if person.role == "admin")
    with httpx.Client(timeout=TIMEOUT) as http:
        search = Client(outputs.edge_url, sign_in(outputs, admin, http), http=http).search
        return sum(page.indexed for kind in KINDS for page in search.reindex(kind))
