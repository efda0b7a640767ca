"""Which attributes of our tables are times, read from the models: `reelstack time` moves them back.

A number is a time if its name ends like one. A test holds that every other number of every model is known to be none.
Times inside of keys are few and are listed here. An id that begins with a time (comments, audit entries) is an id
first: others refer to it, and an old one sorts before a new one as it is. So do the places in the backlog.
"""

import re
from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.models import Model

from local.outputs import Outputs
from reelstack.tables.accounts import Session, User
from reelstack.tables.counters import DailyPlays
from reelstack.tables.feed import TimelineEntry
from reelstack.tables.model import deployed
from reelstack.tables.notifications import Connection, ConnectionTicket
from reelstack.tables.production import Spending
from reelstack.tables.registry import TABLES
from reelstack.tables.uploads import Usage

A_TIME = re.compile(r"(^|_)(at|before|by|since|to|until|as_of)$")
TEXTS: dict[tuple[type[Model], str], str] = {
    (TimelineEntry, "place"): r"v#(\d+)#",
    (Usage, "day"): r"(\d{4}-\d\d-\d\d)$",
    (DailyPlays, "day"): r"(\d{4}-\d\d-\d\d)$",
    (Spending, "day"): r"(\d{4}-\d\d-\d\d)$",
}
"""Texts with a time in them, and the pattern whose group it is."""
WITH_THE_CLOCK: dict[type[Model], frozenset[str] | None] = {
    Session: None,
    Connection: None,
    ConnectionTicket: None,
    User: frozenset({"expires_at"}),
}
"""What tokens are compared with stays where it is, as they do (None: the whole table): a revoked session or the
tombstone of an account that went early would let a token in that is still valid."""


def numbers(model: type[Model]) -> list[str]:
    """The attributes of a model that are times, by their names in the table."""
    kept = WITH_THE_CLOCK.get(model, frozenset())
    if kept is None:
        return []
    return sorted(
        attribute.attr_name
        for name, attribute in model.get_attributes().items()
        if isinstance(attribute, NumberAttribute) and A_TIME.search(name) and name not in kept
    )


def of_tables(outputs: Outputs) -> dict[str, dict[str, Any]]:
    """Table name → {"numbers": [...], "texts": {...}}, as `local.emulator_time` takes it."""
    return {
        outputs.tables[deployed(model).field.removesuffix("_table")]: {
            "numbers": numbers(model),
            "texts": {name: pattern for (of, name), pattern in TEXTS.items() if of is model},
        }
        for model in TABLES
    }
