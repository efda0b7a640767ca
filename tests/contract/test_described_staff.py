"""Every service holds what the OpenAPI description says to moderators and administrators: test_described.py."""

from typing import Any

import pytest

from tests.contract.test_described import EXAMPLES, holds
from tests.support.described_api import Caller, ask, socketless
from tests.support.world import World, world

__all__ = ["world"]  # a fixture
pytestmark = pytest.mark.engines
FEWEST_REACHED = {"moderator": 70, "admin": 88}


@pytest.mark.parametrize("name", FEWEST_REACHED)
def test_every_route_answers_staff_as_it_is_described(
    world: World, context: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    socketless(monkeypatch)
    found = ask(Caller(name, world, context), "coverage", "fuzzing", examples=EXAMPLES)
    holds(found, FEWEST_REACHED[name])
