"""The client's part of accounts: what it sends, and what it makes of the answers."""

from pathlib import Path

import httpx
import pytest

from reelstack_client import ClientError
from reelstack_client.accounts import PictureNotTaken
from tests.support.client_answers import Answers, client

ME = {"user_id": "u/1", "created_at": 5, "avatar_url": "/u/u1/5-a.jpg", "privacy": "private"}
OFFER = {"url": "http://storage.test/", "fields": {"key": "avatars/u1/5"}, "max_bytes": 10, "expires_in_seconds": 300}


def test_a_profile_is_found_by_handle_and_by_an_id_of_any_form() -> None:
    answers = Answers(ME, ME)
    accounts = client(answers).accounts
    assert accounts.find("@ann").avatar_url == "http://edge.test/u/u1/5-a.jpg"
    assert accounts.find("auth0|1/2").privacy == "private"
    assert [path for _, path, _ in answers.asked] == ["/v1/users/@ann", "/v1/users/auth0%7C1%2F2"]


def test_only_what_is_to_change_is_sent() -> None:
    answers = Answers(ME, ME)
    accounts = client(answers).accounts
    accounts.edit(bio="")
    accounts.claim_handle("ann")
    assert answers.asked == [("PATCH", "/v1/me", {"bio": ""}), ("PUT", "/v1/me/handle", {"handle": "ann"})]


class WithStorage(Answers):
    """A picture that comes whole, after every other field of the form, is taken."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "storage.test":
            return super().handle_request(request)
        body = request.read()
        self.asked.append((request.method, str(request.url), None))
        return httpx.Response(204 if b"avatars/u1/5" in body.split(b"me.")[0] else 403)


def test_a_picture_goes_straight_to_storage_and_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "me.png"
    file.write_bytes(b"x")
    before = {**ME, "avatar_url": None}

    answers = WithStorage(before, OFFER, before, ME)
    assert client(answers).accounts.send_avatar(file).avatar_url == "http://edge.test/u/u1/5-a.jpg"
    assert [path for _, path, _ in answers.asked][1:3] == ["/v1/me/avatar", "http://storage.test/"]


def test_a_picture_that_cannot_be_taken_is_not_sent(tmp_path: Path) -> None:
    file = tmp_path / "me.gif"
    file.write_bytes(b"x")
    with pytest.raises(PictureNotTaken, match="jpg"):
        client(Answers()).accounts.send_avatar(file)
    large = tmp_path / "me.jpg"
    large.write_bytes(b"x" * 11)
    with pytest.raises(PictureNotTaken, match="10 bytes"):
        client(Answers(ME, OFFER)).accounts.send_avatar(large)


def test_a_picture_that_moderation_did_not_pass_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "me.jpg"
    file.write_bytes(b"x")
    refused = {**ME, "avatar_problem": "picture-moderated"}
    with pytest.raises(PictureNotTaken, match="picture-moderated"):
        client(WithStorage(ME, OFFER, refused)).accounts.send_avatar(file)


@pytest.mark.parametrize("wrong", [{"url": "http://[::1"}, {"fields": None}, {"max_bytes": "many"}])
def test_a_place_for_a_picture_of_another_form_is_told(tmp_path: Path, wrong: dict[str, object]) -> None:
    file = tmp_path / "me.png"
    file.write_bytes(b"x")
    with pytest.raises(ClientError, match=f"in another form: {next(iter(wrong))}"):
        client(Answers(ME, OFFER | wrong)).accounts.send_avatar(file)


def test_sessions_are_told_apart_and_revoked_by_name() -> None:
    item = {"session_id": "a/b", "created_at": 1, "seen_at": 2, "current": True}
    answers = Answers({"items": [item]}, None, {"revoked": 3})
    accounts = client(answers).accounts
    assert [session.current for session in accounts.sessions()] == [True]
    accounts.revoke("a/b")
    assert accounts.revoke_others() == 3
    assert answers.asked[1][:2] == ("DELETE", "/v1/me/sessions/a%2Fb")


def test_administrators_say_why() -> None:
    answers = Answers({**ME, "suspended_reason": "spam"}, ME, {"roles": ["creator"]}, {"roles": []})
    accounts = client(answers).accounts
    assert accounts.suspend("bob", "spam").suspended_reason == "spam"
    accounts.restore("bob", "sorry")
    assert (accounts.grant("bob", "creator"), accounts.withdraw("bob", "creator")) == (["creator"], [])
    assert answers.asked == [
        ("POST", "/v1/users/bob/suspend", {"reason": "spam"}),
        ("POST", "/v1/users/bob/restore", {"reason": "sorry"}),
        ("PUT", "/v1/users/bob/roles/creator", None),
        ("DELETE", "/v1/users/bob/roles/creator", None),
    ]
