"""Profiles and handles through the users service."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from functions.accounts.api.handler import handler
from functions.accounts.invalidate_user_cache.handler import handler as invalidate_user_cache
from reelstack.accounts import handles, users
from reelstack.platform.config import Config
from reelstack.tables import transactions
from reelstack.tables.accounts import Handle, User

Call = Callable[..., Any]
DAY = 24 * 3600


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status, answer.json["type"].rsplit("/", 1)[1]


def edit(call: Call, user: str = "bob", **changes: Any) -> Any:
    return call("accounts", "PATCH", "/v1/me", body=changes, user=user, roles=("viewer",))


def claim(call: Call, handle: str, user: str = "bob") -> Any:
    return call("accounts", "PUT", "/v1/me/handle", body={"handle": handle}, user=user, roles=("viewer",))


def profile(call: Call, name: str, user: str = "ann", **kwargs: Any) -> Any:
    return call("accounts", "GET", f"/v1/users/{name}", user=user, **kwargs)


# --- profiles --------------------------------------------------------------------------------------------------------


def test_everybody_has_a_profile_from_the_first_request_on(call: Call) -> None:
    assert problem(profile(call, "bob")) == (404, "user-not-found")
    mine = call("accounts", "GET", "/v1/me", user="bob", roles=("viewer",)).json
    assert (mine["user_id"], mine["handle"], mine["privacy"], mine["links"]) == ("bob", None, "public", [])
    assert profile(call, "bob").json["created_at"] == mine["created_at"]


def test_a_sign_in_that_is_met_anywhere_makes_the_profile(call: Call) -> None:
    call("feed", "GET", "/v1/feed/latest", user="bob", roles=("viewer",), session="s1")
    assert profile(call, "bob").status == 200


def test_what_is_edited_is_seen_by_others_and_the_rest_stays(call: Call) -> None:
    edit(call, display_name="  Bob \u202e the\n Builder ", bio="One\nTwo", links=["https://bob.example:65535/a?b=c"])
    assert edit(call, bio="Three").status == 200
    seen = profile(call, "bob").json
    assert (seen["display_name"], seen["bio"]) == ("Bob the Builder", "Three")
    assert seen["links"] == ["https://bob.example:65535/a?b=c"]
    assert not {"suspended_at", "avatar_problem"} & seen.keys()


@pytest.mark.parametrize(
    ("privacy", "private", "friends_only"),
    [("private", True, False), ("friends", False, True), ("public", False, False)],
)
def test_privacy_is_one_of_three_and_is_told_to_those_who_decide_by_it(
    call: Call, privacy: str, private: bool, friends_only: bool
) -> None:
    none = dict.fromkeys(("private", "friends_only", "suspended", "deleted"), False)
    none |= {"handle": None, "display_name": "", "avatar": None, "personalised": True}
    assert users.facts("bob") == {**none, "absent": True}
    edit(call, privacy="private")
    assert edit(call, privacy=privacy).json["privacy"] == privacy
    assert users.facts("bob") == {**none, "private": private, "friends_only": friends_only, "absent": False}


@pytest.mark.parametrize(
    ("body", "status", "type_"),
    [
        ({}, 422, "nothing-to-change"),
        ({"display_name": "x" * 51}, 422, "invalid-request"),
        ({"display_name": "what a cunt"}, 422, "text-rejected"),
        ({"bio": "x" * 501}, 422, "invalid-request"),
        ({"links": ["http://bob.example"]}, 422, "invalid-request"),
        ({"links": ["javascript:alert(1)"]}, 422, "invalid-request"),
        ({"links": ["https://bank.example@evil.example"]}, 422, "invalid-request"),
        ({"links": ["https://[::1"]}, 422, "invalid-request"),
        ({"links": ["https://b.example:99999"]}, 422, "invalid-request"),
        ({"links": ["https://b.example:65536"]}, 422, "invalid-request"),
        ({"links": ["https://."]}, 422, "invalid-request"),
        ({"links": ["https://b.example"] * 6}, 422, "invalid-request"),
        ({"privacy": "secret"}, 422, "invalid-request"),
        ({"user_id": "ann"}, 422, "invalid-request"),
        ({"suspended_at": None}, 422, "invalid-request"),
        ("{", 400, "malformed-json"),
        ({"bio": "x" * 100_000}, 413, "request-too-large"),
    ],
)
def test_a_bad_edit_gets_one_clear_answer(call: Call, body: Any, status: int, type_: str) -> None:
    assert problem(call("accounts", "PATCH", "/v1/me", body=body)) == (status, type_)


def test_a_deleted_account_is_nobody_and_a_suspended_one_only_for_others(call: Call) -> None:
    User("gone", created_at=1, deleted_at=2).save()
    User("bob", created_at=1, suspended_at=2, suspended_reason="spam").save()
    assert problem(profile(call, "gone")) == (404, "user-not-found")
    assert problem(call("accounts", "GET", "/v1/me", user="gone")) == (401, "session-revoked")
    assert problem(profile(call, "bob")) == (404, "user-not-found")
    assert profile(call, "bob", user="mia", roles=("moderator",)).status == 200
    mine = call("accounts", "GET", "/v1/me", user="bob").json
    assert (mine["suspended_at"], mine["suspended_reason"]) == (2, "spam")


def test_a_change_is_taken_out_of_the_cache(aws: Config, event: Callable[[str], Any], context: Any) -> None:
    assert invalidate_user_cache(event("accounts/invalidate_user_cache.changed"), context) == {"invalidated": 1}


# --- handles ---------------------------------------------------------------------------------------------------------


def test_a_handle_is_claimed_in_one_spelling_and_found_in_any(call: Call) -> None:
    assert claim(call, " @Bob_Builder ").json["handle"] == "bob_builder"
    assert profile(call, "@BOB_builder").json["user_id"] == "bob"
    assert profile(call, "%40bob_builder").json["user_id"] == "bob"
    assert problem(profile(call, "@bobbuilder")) == (404, "user-not-found")
    assert problem(profile(call, "@admin")) == (404, "user-not-found")


def test_a_handle_is_one_persons(call: Call) -> None:
    assert [claim(call, "bob").status for _ in range(2)] == [200, 200]
    assert problem(claim(call, "BOB", user="ann")) == (409, "handle-taken")


def test_a_handle_given_up_stays_its_last_holders_for_a_while(call: Call, aws: Config) -> None:
    claim(call, "bob")
    assert [call("accounts", "DELETE", "/v1/me/handle", user="bob", roles=("viewer",)).status for _ in range(2)] == [
        204,
        204,
    ]
    assert problem(profile(call, "@bob")) == (404, "user-not-found")
    assert problem(claim(call, "bob", user="ann")) == (409, "handle-taken")
    assert claim(call, "bob").json["handle"] == "bob"
    call("accounts", "DELETE", "/v1/me/handle", user="bob", roles=("viewer",))
    Handle("bob").update(actions=[Handle.free_at.set(int(time.time()) - 1)])
    assert claim(call, "bob", user="ann").json["handle"] == "bob"
    assert profile(call, "@bob").json["user_id"] == "ann"


def test_a_change_leaves_one_handle_and_comes_only_now_and_then(call: Call) -> None:
    claim(call, "bob")
    answer = claim(call, "robert")
    assert problem(answer) == (409, "handle-changed-recently")
    assert 6 * DAY < answer.json["seconds_left"] <= 7 * DAY
    User("bob").update(actions=[User.handle_claimed_at.set(int(time.time()) - 8 * DAY)])
    assert claim(call, "robert").json["handle"] == "robert"
    assert problem(profile(call, "@bob")) == (404, "user-not-found")
    assert claim(call, "bob").json["handle"] == "bob"  # it was his all along
    assert problem(claim(call, "robert", user="ann")) == (409, "handle-taken")


def later(days: int) -> None:
    """So many days pass: every moment that handles and their holders keep is so much longer ago."""
    for held in Handle.scan():
        times = {
            name: int(at) - days * DAY for name in ("free_at", "back_at", "held_to") if (at := getattr(held, name))
        }
        if times.get("free_at", 1 << 40) <= time.time():
            held.delete()
        elif times:
            held.update([getattr(Handle, name).set(at) for name, at in times.items()])
    for user in User.scan():
        user.update([User.handle_claimed_at.set(int(user.handle_claimed_at) - days * DAY)])


def test_names_are_not_hoarded_by_taking_them_back_for_a_moment(call: Call) -> None:
    for week in range(8):
        for held in Handle.scan():
            assert claim(call, held.handle).status == 200
        assert claim(call, f"bobby{week}x").status == 200
        later(7)
    assert len(list(Handle.scan())) <= 3
    assert claim(call, "bobby0x", user="ann").status == 200


def test_a_name_that_was_taken_back_and_used_is_held_anew(call: Call) -> None:
    claim(call, "bobby")
    later(8)
    claim(call, "robert")
    later(10)
    claim(call, "bobby")
    assert Handle.get("robert").free_at > time.time() + 13 * DAY
    claim(call, "robert")
    assert Handle.get("bobby").free_at < time.time() + 5 * DAY, "as it was"
    claim(call, "bobby")
    later(8)
    claim(call, "robert")
    assert Handle.get("bobby").free_at > time.time() + 13 * DAY


def test_a_hold_that_is_over_is_not_the_last_holders_to_take_back(call: Call) -> None:
    """DynamoDB may remove it two days late."""
    claim(call, "bobby")
    later(8)
    claim(call, "robert")
    Handle("bobby").update([Handle.free_at.set(int(time.time()) - 1)])
    assert problem(claim(call, "bobby")) == (409, "handle-changed-recently")


@pytest.mark.parametrize(
    ("handle", "status", "type_"),
    [
        ("ab", 422, "handle-invalid"),
        ("x" * 31, 422, "handle-invalid"),
        ("bob..b", 422, "handle-invalid"),
        ("_bob", 422, "handle-invalid"),
        ("bob.", 422, "handle-invalid"),
        ("b b b", 422, "handle-invalid"),
        ("bоb", 422, "handle-invalid"),  # its о is Cyrillic
        ("admin", 422, "handle-reserved"),
        ("ADMIN", 422, "handle-reserved"),
        ("a.d_m.i.n", 422, "handle-reserved"),
        ("adm1n2", 422, "handle-reserved"),
        ("reelstack.team", 422, "handle-reserved"),
        ("official.reelstack", 422, "handle-reserved"),
        ("reeistack", 422, "handle-reserved"),
        ("real.ree1stack", 422, "handle-reserved"),
        ("reel.stack_help", 422, "handle-reserved"),
        ("official.team", 422, "handle-reserved"),
        ("fuck.you", 422, "text-rejected"),
        ("", 422, "invalid-request"),
        ("x" * 65, 422, "invalid-request"),
    ],
)
def test_what_is_no_handle(call: Call, handle: str, status: int, type_: str) -> None:
    assert problem(claim(call, handle)) == (status, type_)


NAMES_OF_THE_SERVICE = [
    "Reelstack",
    "Reelstack Support",
    "R\u0435\u0435lst\u0430ck",
    "reeIstack",
    "REEL STACK",
    "Official Team",
    "re\u2800elstack",
    "Reel\u2605stack \u2192 help",
    "reelst\u237ack",
    "reelsta\u03f2k",
    "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in "REELSTACK"),
]


@pytest.mark.parametrize("name", NAMES_OF_THE_SERVICE)
def test_a_name_that_speaks_for_the_service_is_for_its_administrators(call: Call, name: str) -> None:
    assert problem(edit(call, display_name=name)) == (422, "name-reserved")
    assert call("accounts", "PATCH", "/v1/me", roles=("admin",), body={"display_name": name}).status == 200


@pytest.mark.parametrize("name", ["Ann", "Reels of Anna", "Stackhouse", "Team Rocket", "Steel Stacks", "Mo"])
def test_other_names_are_anybodys(call: Call, name: str) -> None:
    assert edit(call, display_name=name).status == 200


def test_the_service_itself_has_a_handle(call: Call) -> None:
    assert call("accounts", "PUT", "/v1/me/handle", roles=("admin",), body={"handle": "reelstack"}).status == 200
    assert call("accounts", "GET", "/v1/users/@reelstack").status == 200


def test_a_handle_of_before_that_would_be_refused_now_is_found(call: Call) -> None:
    User("old", created_at=1, handle="reeistack").save()
    Handle("reeistack", user_id="old").save()
    assert call("accounts", "GET", "/v1/users/@Reeistack").json["user_id"] == "old"


def test_somebody_faster_wins_and_the_slower_is_told(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann reads that it is free, Bob claims it, Ann's transaction fails, and her second look says who has it."""
    transact, faster = transactions.transact, [True]

    def late() -> Any:
        if faster and faster.pop():
            handles.claim("bob", "bob")
        return transact()

    monkeypatch.setattr("reelstack.tables.transactions.transact", late)
    assert problem(claim(call, "bob", user="ann")) == (409, "handle-taken")
    assert (users.find("ann").handle, users.find("bob").handle) == (None, "bob")


# --- the door --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/me", None),
        ("PATCH", "/v1/me", {"bio": "x"}),
        ("PUT", "/v1/me/handle", {"handle": "bobby"}),
        ("DELETE", "/v1/me/handle", None),
        ("POST", "/v1/me/avatar", {"content_type": "image/png"}),
        ("DELETE", "/v1/me/avatar", None),
        ("GET", "/v1/me/sessions", None),
        ("DELETE", "/v1/me/sessions", None),
        ("DELETE", "/v1/me/sessions/s1", None),
    ],
)
def test_nothing_answers_without_a_token_or_beside_the_door(call: Call, method: str, path: str, body: Any) -> None:
    assert problem(call("accounts", method, path, body=body, user=None)) == (401, "token-missing")
    assert problem(call("accounts", method, path, body=body, through_cdn=False)) == (403, "direct-access-refused")


def test_the_sample_event_is_answered(aws: Config, event: Callable[[str], Any], context: Any) -> None:
    assert handler(event("accounts/api.me"), context)["statusCode"] == 200
