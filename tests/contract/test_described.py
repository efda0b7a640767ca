"""Every service holds what the OpenAPI description says: Schemathesis asks as each kind of caller, through the
handlers, with all of its checks.

What staff is told: test_described_staff.py, so that two processes share the work.
"""

from typing import Any

import pytest
from schemathesis.checks import CHECKS

from tests.support.described_api import ANONYMOUS, Asked, Caller, ask, socketless
from tests.support.world import World, world

__all__ = ["world"]  # a fixture
pytestmark = pytest.mark.engines
EXAMPLES = 8
"""Of each route, beside those that are made of every limit of its schema."""
FEWEST_REACHED = {ANONYMOUS: 12, "viewer": 60, "creator": 70}


@pytest.mark.parametrize("name", FEWEST_REACHED)
def test_every_route_answers_as_it_is_described_whatever_is_asked(
    world: World, context: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    socketless(monkeypatch)
    found = ask(Caller(name, world, context), "coverage", "fuzzing", examples=EXAMPLES)
    holds(found, FEWEST_REACHED[name])


def holds(found: Asked, fewest_reached: int) -> None:
    """No finding, of all checks, and enough that was really done."""
    print(f"{found.requests} requests, {len(found.reached)} routes reached, checks {dict(found.checked)}")
    assert not found.findings, f"{len(found.findings)} findings\n" + "\n".join(found.findings[:40])
    assert set(found.checked) == set(CHECKS.get_all_names())
    assert len(found.reached) >= fewest_reached, sorted(found.reached)
