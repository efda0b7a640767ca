"""(state × event) of a follow and a request to follow: each cell is held against the product."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from reelstack.platform.config import Config
from reelstack.social import blocks, follows
from reelstack.social.relationships import Following
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from tests.support import state_table

NUMBERS = count()
STATES = ["none", *(state.value for state in Following)]
TABLE = state_table.read(
    STATES,
    """
follow          requested           =          =
follow-public   following           =          following
unfollow        =                   none       none
accept          !request-not-found  =          following
accept-gone     !request-not-found  !request-not-found  !request-not-found
accept-full     !request-not-found  =          !follower-limit-reached
decline         =                   =          none
remove          =                   none       none
block           =                   none       none
opens           =                   =          following
opens-gone      =                   =          =
""",
)
Pair = tuple[str, str]
"""Who asks, and whom."""


def make(state: str) -> Pair:
    number = next(NUMBERS)
    asking, asked = f"bob{number}", f"ann{number}"
    User(asking, created_at=1).save()
    User(asked, created_at=1, private=True).save()
    if state != "none":
        follows._item(asking, asked, Following(state)).save()
    return asking, asked


def look(pair: Pair) -> str:
    return follows.state(*pair) or "none"


def opened(pair: Pair) -> None:
    User(pair[1], created_at=1).save()


def gone(pair: Pair) -> None:
    User(pair[0], created_at=1, suspended_at=1).save()


EVENTS: dict[str, Callable[[Pair], Any]] = {
    "follow": lambda pair: follows.follow(*pair),
    "follow-public": lambda pair: (opened(pair), follows.follow(*pair)),
    "unfollow": lambda pair: follows.unfollow(*pair),
    "accept": lambda pair: follows.accept(pair[1], pair[0]),
    "accept-gone": lambda pair: (gone(pair), follows.accept(pair[1], pair[0])),
    "accept-full": lambda pair: (Counter(f"user/{pair[0]}", following=10**6).save(), follows.accept(pair[1], pair[0])),
    "decline": lambda pair: follows.decline(pair[1], pair[0]),
    "remove": lambda pair: follows.unfollow(*pair),
    "block": lambda pair: blocks.block(pair[1], pair[0]),
    "opens": lambda pair: (opened(pair), follows.accept_waiting(pair[1], None)),
    "opens-gone": lambda pair: (gone(pair), opened(pair), follows.accept_waiting(pair[1], None)),
}


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_does_with_each_follow_what_the_table_says(aws: Config, event: str) -> None:
    assert state_table.observe(STATES, make, EVENTS[event], look) == TABLE[event]


def test_the_table_is_complete_and_each_request_can_end_either_way() -> None:
    assert set(TABLE) == set(EVENTS)
    assert {"none", "following"} <= state_table.reachable(TABLE, "requested")
