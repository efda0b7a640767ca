"""Archived lines: those of erased accounts go, what others' lines say of them is emptied, everything else stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior import stored_event
from reelstack.behavior.erasure import Leaving, rewritten

GONE, SHY = "gone", "shy"
LEAVING = Leaving(frozenset({GONE}), frozenset({SHY}))
people = st.sampled_from([GONE, SHY, "ann", "", "s:1"])


def line(**more: Any) -> bytes:
    return stored_event.line({**stored_event.FIELDS, **more}) + b"\n"


def after(**more: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(rewritten(line(**more), LEAVING))
    return read


def test_the_lines_of_an_erased_account_go() -> None:
    assert rewritten(line(viewer=GONE, owner_id="ann"), LEAVING) == b""


def test_the_lines_of_others_stay_byte_for_byte() -> None:
    for kept in (
        line(viewer="ann", owner_id="bob", extra=f'{{"note": "{GONE}"}}'),
        b'{ "viewer" : "ann", "new": [1] }\n',
    ):
        assert rewritten(kept, LEAVING) == kept


def test_others_lines_lose_the_name_of_an_erased_creator_and_of_who_was_followed_and_nothing_else() -> None:
    event = {
        "viewer": "ann",
        "owner_id": GONE,
        "target": GONE,
        "type": "follow",
        "tags": ["käse"],
        "personalised": True,
    }
    assert after(**event) == {**stored_event.FIELDS, **event, "owner_id": "", "target": ""}


def test_events_of_who_is_not_to_be_personalised_stay_in_sums_and_out_of_training() -> None:
    assert after(viewer=SHY, personalised=True, type="play")["personalised"] is False


def test_fields_of_later_versions_survive() -> None:
    assert json.loads(rewritten(b'{"viewer":"ann","owner_id":"gone","v":9,"mood":{"a":1}}\n', LEAVING)) == {
        "viewer": "ann",
        "owner_id": "",
        "v": 9,
        "mood": {"a": 1},
    }


@given(people, people, people, st.booleans())
def test_twice_is_once(viewer: str, owner: str, target: str, personalised: bool) -> None:
    once = rewritten(line(viewer=viewer, owner_id=owner, target=target, personalised=personalised), LEAVING)
    assert GONE.encode() not in once
    assert not once or rewritten(once, LEAVING) == once


@pytest.mark.parametrize("odd", [["gone"], {"gone": 1}, 5, None])
def test_a_line_whose_people_are_no_text_names_nobody_and_stops_nothing(odd: Any) -> None:
    kept = json.dumps({"viewer": odd, "owner_id": odd, "target": odd, "personalised": odd}).encode() + b"\n"
    assert rewritten(kept, LEAVING) == kept


def test_half_of_a_surrogate_pair_stays_in_a_line_that_is_written_again() -> None:
    changed = rewritten(b'{"viewer":"ann","owner_id":"gone","extra":"\\ud800"}\n', LEAVING)
    assert changed == b'{"viewer":"ann","owner_id":"","extra":"\\ud800"}\n'
    assert rewritten(changed, LEAVING) == changed
