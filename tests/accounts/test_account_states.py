# ruff: noqa: E501 -- a table is read across
"""(state × event) of an account: each cell is held against the product."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from reelstack.accounts import administration, users
from reelstack.platform.config import Config
from reelstack.privacy import account_deletion, data_requests, endings
from reelstack.privacy.data_requests import Kind, Progress
from reelstack.tables.accounts import User
from reelstack.tables.privacy import DataRequest
from tests.support import state_table

NUMBERS = count()
STATES = ["new", "active", "suspended", "deleted", "both", "erasing", "failed", "erased"]
"""`both`: suspended, then deleted. `failed`: an erasure that is due again. `erased`: its tombstone is left."""
TABLE = state_table.read(
    STATES,
    """
arrive    active             =                  =                  !user-not-found !user-not-found !user-not-found     !user-not-found     !user-not-found
edit      active             =                  =                  !user-not-found !user-not-found !user-not-found     !user-not-found     !user-not-found
suspend   !user-not-found    suspended          =                  !user-not-found !user-not-found !user-not-found     !user-not-found     !user-not-found
restore   !user-not-found    =                  active             !user-not-found !user-not-found !user-not-found     !user-not-found     !user-not-found
leave     deleted            deleted            both               =               =               =                   =                   =
delete    !user-not-found    deleted            both               =               =               =                   =                   =
recover   !erasure-not-found !erasure-not-found !erasure-not-found active          suspended       !nothing-to-recover !nothing-to-recover !nothing-to-recover
due       =                  =                  =                  erasing         erasing         =                   erasing             =
break     =                  =                  =                  =               =               failed              =                   =
end       =                  =                  =                  =               =               erased              =                   =
""",
)


def make(state: str) -> str:
    user_id = f"u{next(NUMBERS)}"
    if state == "new":
        return user_id
    users.find_or_create(user_id)
    if state in ("suspended", "both"):
        administration.suspend(user_id, "x", "ada")
    if state in ("deleted", "both", "erasing", "failed", "erased"):
        account_deletion.delete(user_id, "x", "ada")
    if state in ("erasing", "failed", "erased"):
        due(user_id)
    if state == "failed":
        broke(user_id)
    if state == "erased":
        ended(user_id)
    return user_id


def look(user_id: str) -> str:
    user = next(iter(User.query(user_id)), None)
    request = data_requests.find(user_id, Kind.ERASURE)
    if user is None:
        return "new"
    progress = {Progress.RUNNING: "erasing", Progress.FAILED: "failed", Progress.DONE: "erased"}
    if user.deleted_at:
        assert request
        return progress.get(Progress(request.state), "both" if user.suspended_at else "deleted")
    return "suspended" if user.suspended_at else "active"


def due(user_id: str) -> None:
    """The time of its erasure has come, or comes again."""
    waits = DataRequest.queue.exists() & (DataRequest.state != Progress.RUNNING)
    DataRequest(user_id, Kind.ERASURE).update_if(waits, [DataRequest.due_at.set(1)])
    account_deletion.start_due()


def broke(user_id: str) -> None:
    _settle(user_id, ["likes"])


def ended(user_id: str) -> None:
    _settle(user_id, [])


def _settle(user_id: str, left: list[str]) -> None:
    request = data_requests.find(user_id, Kind.ERASURE)
    if request and request.state == Progress.RUNNING:
        endings.of_erasure(user_id, request.request_id, left, None)


EVENTS: dict[str, Callable[[str], Any]] = {
    "arrive": users.find_or_create,
    "edit": lambda user_id: users.edit(user_id, {"bio": "x"}),
    "suspend": lambda user_id: administration.suspend(user_id, "x", "ada"),
    "restore": lambda user_id: administration.restore(user_id, "x", "ada"),
    "leave": account_deletion.delete_own,
    "delete": lambda user_id: account_deletion.delete(user_id, "x", "ada"),
    "recover": lambda user_id: account_deletion.recover(user_id, "x", "ada"),
    "due": due,
    "break": broke,
    "end": ended,
}


@pytest.mark.parametrize("event", state_table.rows(EVENTS, "recover"))
def test_each_event_does_with_each_account_what_the_table_says(aws: Config, event: str) -> None:
    assert state_table.observe(STATES, make, EVENTS[event], look) == TABLE[event]


def test_the_table_is_complete_and_each_account_can_be_erased() -> None:
    assert set(TABLE) == set(EVENTS)
    assert {"erasing", "failed", "erased"} < set(STATES), "what an erasure may be: data_requests.Progress"
    for state in STATES:
        assert "erased" in state_table.reachable(TABLE, state)
