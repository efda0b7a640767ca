"""Sign-ins: listed, revoked, and what a revoked or suspended caller is told, by any service."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reelstack.accounts import sessions
from reelstack.accounts.sessions import SignIn
from reelstack.platform.config import Config
from reelstack.tables.accounts import Session, User
from reelstack.tables.model import connection
from tests.accounts.test_profiles import problem
from tests.videos.test_videos import make

Call = Callable[..., Any]


@pytest.fixture
def asked(aws: Config) -> Iterator[list[str]]:
    """The name of every operation on sessions and users from now on."""
    seen: list[str] = []
    wire = connection().client.meta.events

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        if any(table in str(params["body"]) for table in (aws.sessions_table, aws.users_table)):
            seen.append(model.name)

    wire.register("before-call.dynamodb", note)
    yield seen
    wire.unregister("before-call.dynamodb", note)


def me(call: Call, session: str | None = "phone", **kwargs: Any) -> Any:
    return call("accounts", "GET", "/v1/me", user="bob", roles=("viewer",), session=session, **kwargs)


def listed(call: Call, session: str = "phone") -> dict[str, Any]:
    items = call("accounts", "GET", "/v1/me/sessions", user="bob", session=session).json["items"]
    return {item["session_id"]: item for item in items}


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """As if so much time had passed in this process."""
    now = sessions.time.monotonic
    monkeypatch.setattr("reelstack.accounts.sessions.time.monotonic", lambda: now() + seconds)


def test_a_session_is_listed_with_its_device_and_says_which_is_mine(call: Call) -> None:
    me(call, "phone", headers={"user-agent": "Pixel 9"})
    me(call, "laptop", headers={"user-agent": "x" * 1000})
    found = listed(call)
    assert {name: item["current"] for name, item in found.items()} == {"phone": True, "laptop": False}
    assert (found["phone"]["agent"], len(found["laptop"]["agent"])) == ("Pixel 9", sessions.AGENT_LENGTH)
    assert found["phone"]["created_at"] == found["phone"]["seen_at"]


def test_a_revoked_session_is_refused_by_every_service_within_the_cache_time(
    call: Call, aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    me(call, "stolen")
    assert call("accounts", "DELETE", "/v1/me/sessions/stolen", user="bob", session="phone").status == 204
    sessions._kept["bob", "stolen"] = (  # another process, which has just looked
        sessions.time.monotonic() + aws.session_cache_seconds,
        sessions.Standing(revoked=False, suspended=False),
    )
    assert me(call, "stolen").status == 200
    later(monkeypatch, aws.session_cache_seconds)
    for service, method, path in (
        ("accounts", "GET", "/v1/me"),
        ("feed", "GET", "/v1/feed/latest"),
        ("interactions", "PUT", "/v1/videos/vid/like"),
        ("videos", "GET", "/v1/videos/vid/playback"),
    ):
        assert problem(call(service, method, path, user="bob", session="stolen")) == (401, "session-revoked")
    assert me(call, "phone").status == 200
    assert listed(call).keys() == {"phone"}


def test_revoking_twice_is_once_and_nobody_revokes_anothers(call: Call) -> None:
    me(call, "phone")
    revoke = [call("accounts", "DELETE", "/v1/me/sessions/phone", user="bob", session="laptop") for _ in range(2)]
    assert [answer.status for answer in revoke] == [204, 204]
    me(call, "laptop")
    for who, which in (("ann", "laptop"), ("bob", "nope")):
        answer = call("accounts", "DELETE", f"/v1/me/sessions/{which}", user=who)
        assert problem(answer) == (404, "session-not-found")


def test_signing_out_everywhere_else_leaves_this_session(call: Call) -> None:
    for name in ("phone", "laptop", "tablet"):
        me(call, name)
    assert call("accounts", "DELETE", "/v1/me/sessions", user="bob", session="phone").json == {"revoked": 2}
    assert [me(call, name).status for name in ("phone", "laptop", "tablet")] == [200, 401, 401]


def test_a_session_that_was_revoked_is_not_met_anew(call: Call, aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    me(call, "phone")
    call("accounts", "DELETE", "/v1/me/sessions/phone", user="bob", session="phone")
    monkeypatch.setattr("reelstack.accounts.sessions.SEEN_SECONDS", -1)
    assert [me(call, "phone").status for _ in range(2)] == [401, 401]
    assert int(Session.get("bob", "phone").expires_at) * 1000 > Session.get("bob", "phone").seen_at + 30 * 86_400_000


def test_being_seen_costs_no_write_per_request_and_a_cached_caller_no_read(
    call: Call, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def costs() -> list[str]:
        asked.clear()
        assert call("feed", "GET", "/v1/feed/latest", user="bob", session="phone").status == 200
        return sorted(asked)

    assert costs() == ["BatchGetItem", "GetItem", "PutItem", "UpdateItem"]
    assert costs() == []
    later(monkeypatch, 31)
    assert costs() == ["BatchGetItem", "GetItem"]
    Session("bob", "phone").update(actions=[Session.seen_at.set(1)])
    later(monkeypatch, 62)
    assert costs() == ["BatchGetItem", "GetItem", "UpdateItem"]
    assert Session.get("bob", "phone").seen_at > 1


def test_a_suspended_account_reads_and_changes_nothing(call: Call) -> None:
    make()
    User("bob", created_at=1, suspended_at=2).save()
    assert call("videos", "GET", "/v1/videos/vid/playback", user="bob", session="s").status == 200
    for service, method, path, body in (
        ("interactions", "PUT", "/v1/videos/vid/like", None),
        ("interactions", "DELETE", "/v1/videos/vid/like", None),
        ("accounts", "PATCH", "/v1/me", {"bio": "x"}),
        ("uploads", "POST", "/v1/uploads", {}),
    ):
        answer = call(service, method, path, body=body, user="bob")
        assert problem(answer) == (403, "account-suspended"), path


def test_what_is_kept_of_callers_does_not_grow_for_ever(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelstack.accounts.sessions.MOST_KEPT", 3)
    for number in range(5):
        sessions.check(f"u{number}", SignIn(None), "", writes=False)
    assert [user for user, _ in sessions._kept] == ["u2", "u3", "u4"]
