"""Impersonation: names that speak for the service, as they look and not as they are written."""

import re
from functools import cache

from reelstack.classification import skeletons
from reelstack.platform.config import config

OFFICES = (
    *("admin", "admins", "administrator", "administrators", "mod", "mods", "moderator", "moderators", "moderation"),
    *("official", "staff", "support", "team", "system", "security", "safety", "trust", "verified", "helpdesk"),
)
"""Words that speak for a service. A name of nothing else is refused; beside another word they are anybody's."""
SHORTEST_WITHIN = 6
"""Letters: a shorter name of the service is only looked for as a word. Many words hold three given letters."""
WORD = re.compile(r"[^\W_]+")


def speaks_for_service(name: str) -> bool:
    """Whether a handle or display name holds a name of the service (setting `service_names`), or says nothing but
    that it is of its staff: "reeistack", "Rееlstаck Support" in any letters, "official.team"."""
    words = [skeletons.drawn(word) for word in WORD.findall(skeletons.letters(skeletons.as_seen(name)))]
    return _named(skeletons.drawn(name), words) or (bool(words) and all(word in _offices() for word in words))


def _named(whole: str, words: list[str]) -> bool:
    ours = [skeletons.drawn(own) for own in config().service_names.split(",") if own.strip()]
    return any(own in whole if len(own) >= SHORTEST_WITHIN else own in words for own in ours)


@cache
def _offices() -> frozenset[str]:
    return frozenset(map(skeletons.drawn, OFFICES))
