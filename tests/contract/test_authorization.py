"""The authorization matrix, asked of every service through its handler, as the gateway would call it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from cli import openapi, refusals
from infra.catalogue import FUNCTIONS
from reelstack.platform.config import PREFIX, config
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.web import ROLES
from reelstack.web.app import ANONYMOUS_PATH
from tests.authorization import NEVER, Row, done, rows
from tests.support.asking import SERVICE, Asking, described
from tests.support.world import World, world

__all__ = ["world"]  # a fixture
NOT_IN_TABLES = {
    "POST /v1/uploads/{upload_id}/parts",
    "POST /v1/uploads/{upload_id}/sign",
    "POST /v1/me/avatar",
    "POST /v1/events",
}
"""Deeds that write nothing there: they only sign addresses, or write into a stream and a queue."""
CELL = re.compile(r"-|2\d\d|[45]\d\d [a-z-]+")


# --- the matrix itself -----------------------------------------------------------------------------------------------


def test_every_route_of_the_catalogue_and_of_the_description_has_a_row() -> None:
    told = [f"{method.upper()} {path}" for path, methods in described()["paths"].items() for method in methods]
    assert sorted(row.route for row in rows()) == sorted(SERVICE) == sorted(told)


def test_the_role_of_a_row_is_the_one_its_route_declares() -> None:
    declared = {name: (rule.requires.role, rule.requires.anonymous) for name, rule in openapi.rules().items()}
    assert {row.route: (row.role, row.anonymous) for row in rows()} == declared


def test_the_gateway_lets_pass_without_a_token_what_services_let_be_read_so() -> None:
    let_pass = {route for line in FUNCTIONS for route in line.anonymous_routes}
    assert {row.route for row in rows() if row.anonymous} == let_pass
    assert let_pass <= {route for line in FUNCTIONS for route in line.routes}


def test_every_cell_says_what_is_told_or_that_it_does_not_apply() -> None:
    odd = [(row.route, column, said) for row in rows() for column, said in row.expected.items()]
    assert not [one for one in odd if not CELL.fullmatch(one[2])]


def test_every_refusal_of_the_matrix_is_described_at_its_route() -> None:
    rules = openapi.rules()
    for row in rows():
        may_be_told = {f"{one.status} {one.type}" for one in refusals.of(rules[row.route])}
        told = {said for said in row.expected.values() if said != NEVER and not done(said)}
        assert told <= may_be_told, row.route


def test_everything_can_be_done_by_somebody() -> None:
    """Or a refusal would show no more than that the world lacks something."""
    assert not [row.route for row in rows() if not (done(row.expected["own"]) or done(row.expected["another's"]))]


def test_the_suspended_look_and_do_what_routes_let_them_and_nothing_else() -> None:
    rules = openapi.rules()
    for row in (row for row in rows() if row.role):
        may = row.expected["another's" if row.rightful == row.another else "own"]
        writes = not row.route.startswith("GET ") and not rules[row.route].also_suspended
        assert row.expected["suspended"] == ("403 account-suspended" if writes else may), row.route


# --- what it says, asked for -----------------------------------------------------------------------------------------


def test_everybody_is_told_what_the_matrix_says_and_a_refusal_changes_nothing(
    call: Callable[..., Any], world: World
) -> None:
    told = Told(Asking(call), world)
    wrong = []
    for row in rows():
        for column, ask in ASKED.items():
            if (expected := row.expected[column]) != NEVER:
                wrong += [f"{row.route}: {column}: {it}, not {expected}" for it in ask(told, row) if it != expected]
    assert not wrong, "\n".join(wrong)


def test_who_may_do_it_does_it(call: Callable[..., Any], world: World) -> None:
    """Or its 2xx would show no more than that there was nothing to do."""
    asking, idle = Asking(call), set()
    for row in rows():
        if not row.route.startswith("GET "):
            world.begin(row.route)
            world.mark()
            asking(row.route, user=row.rightful, roles=(row.role or ROLES[0],))
            idle |= set() if world.changed() else {row.route}
    assert idle == NOT_IN_TABLES


def test_below_me_everybody_reaches_what_is_theirs_alone(call: Callable[..., Any], world: World) -> None:
    asking = Asking(call)
    for row in rows():
        if " /v1/me" in row.route and "{" in row.route:
            world.begin(row.route)
            bobs = world.naming("bob")
            asking(row.route, user="cyd", roles=ROLES)
            assert world.naming("bob") == bobs, row.route
            asking(row.route, user="bob", roles=ROLES)
            assert world.naming("bob") != bobs, row.route


class Told:
    """What somebody is told at a row's route, as its cells say it."""

    def __init__(self, asking: Asking, world: World) -> None:
        self.asking, self.world = asking, world

    def __call__(self, row: Row, user: str | None, role: str | None = None, **sent: Any) -> str:
        """What is read without a token is asked for a second time where the edge leads such a request."""
        said = self._said(row, user, role, **sent)
        if user is None and row.route.startswith("GET "):
            twin = self._said(row, user, role, below=ANONYMOUS_PATH, **sent)
            return said if twin == said else f"{said}, but {twin} below {ANONYMOUS_PATH}"
        return said

    def _said(self, row: Row, user: str | None, role: str | None, **sent: Any) -> str:
        self.world.mark()
        answer = self.asking(row.route, user=user, roles=(role or row.role or ROLES[0],), **sent)
        if answer.status < 300:
            return str(answer.status)
        changed = self.world.changed()
        return f"{answer.status} {answer.json['type'].rsplit('/', 1)[1]}{f', and {changed} changed' if changed else ''}"


Ask = Callable[[Told, Row], list[str]]


def without_a_token(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    return [told(row, None)]


def with_another_token(told: Told, row: Row) -> list[str]:
    """One for another use, and one without the scheme."""
    told.world.begin(row.route)
    wrong: tuple[dict[str, Any], ...] = ({"token_use": "id"}, {"headers": {"authorization": "e30.e30.c2ln"}})
    return [told(row, row.rightful, **sent) for sent in wrong]


def in_a_lower_role(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    return [told(row, row.rightful, ROLES[ROLES.index(row.role or ROLES[0]) - 1])]


def for_ones_own(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    return [told(row, row.owner)]


def for_anothers(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    return [told(row, row.another)]


def while_the_video_is_private(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    Video("vid").update([Video.visibility.set("private"), Video.shard.remove()])
    return [told(row, "bob")]


def while_the_account_is_private(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    User("ann").update([User.private.set(True)])
    return [told(row, "bob")]


def across_a_block(told: Told, row: Row) -> list[str]:
    found = []
    for blocker, blocked in (("ann", "bob"), ("bob", "ann")):
        told.world.begin(row.route)
        blocks.block(blocker, blocked)
        found.append(told(row, "bob"))
    return found


def while_suspended(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    User(row.rightful).update([User.suspended_at.set(2)])
    return [told(row, row.rightful)]


def while_the_video_is_private_without_a_token(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    Video("vid").update([Video.visibility.set("private"), Video.shard.remove()])
    return [told(row, None)]


def while_the_account_is_private_without_a_token(told: Told, row: Row) -> list[str]:
    found = []
    for narrowed in (User.private, User.friends_only):
        told.world.begin(row.route)
        User("ann").update([narrowed.set(True)])
        found.append(told(row, None))
    return found


def while_the_owner_is_suspended_without_a_token(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    User("ann").update([User.suspended_at.set(2)])
    return [told(row, None)]


def with_a_token_that_the_gateway_did_not_verify(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    return [told(row, None, headers={"authorization": sent}) for sent in ("Bearer forged", "Basic YW5uOng=", "")]


def while_nobody_reads_without_a_token(told: Told, row: Row) -> list[str]:
    told.world.begin(row.route)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"{PREFIX}ANONYMOUS_READING", "off")
        config.cache_clear()
        said = told(row, None)
    config.cache_clear()
    return [said]


ASKED: dict[str, Ask] = {
    "private video, no token": while_the_video_is_private_without_a_token,
    "private account, no token": while_the_account_is_private_without_a_token,
    "suspended account, no token": while_the_owner_is_suspended_without_a_token,
    "token not verified": with_a_token_that_the_gateway_did_not_verify,
    "no token, reading off": while_nobody_reads_without_a_token,
    "no token": without_a_token,
    "other token": with_another_token,
    "other role": in_a_lower_role,
    "own": for_ones_own,
    "another's": for_anothers,
    "private video": while_the_video_is_private,
    "private account": while_the_account_is_private,
    "blocked": across_a_block,
    "suspended": while_suspended,
}
