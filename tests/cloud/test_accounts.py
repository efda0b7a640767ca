"""A person's whole way, from outside: sign up, confirm, sign in, refresh, code with PKCE, picture, revocation."""

import base64
import hashlib
import io
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from reelstack_client import Client, NotAllowed, NotSignedIn, PasswordSignIn, SignInFailed
from tests.cloud.driver import Driver, eventually, problem

pytestmark = pytest.mark.cloud

CACHE_SECONDS = 30
"""`session_cache_seconds` of the stage."""
CALLBACK = "http://localhost:5173/"
CODE = "123456"
"""What the emulator says it mailed."""


class Eve:
    """Somebody who signed herself up."""

    def __init__(self, drive: Driver) -> None:
        self.drive, self.outputs = drive, drive.outputs
        self.name = f"eve{secrets.token_hex(4)}"
        self.password = f"Aa1!{secrets.token_hex(8)}"
        self.sign_ins: dict[str, PasswordSignIn] = {}

    def cognito(self, operation: str, **body: Any) -> httpx.Response:
        """An operation of the user pool that needs no AWS credentials."""
        headers = {
            "x-amz-target": f"AWSCognitoIdentityProviderService.{operation}",
            "content-type": "application/x-amz-json-1.1",
        }
        return self.drive.http.post(self.outputs.endpoint, json=body, headers=headers)

    def sign_up(self) -> None:
        mine = {"ClientId": self.outputs.client_id, "Username": self.name}
        mail = [{"Name": "email", "Value": f"{self.name}@example.com"}]
        weak = self.cognito("SignUp", **mine, Password="password", UserAttributes=mail)
        assert weak.json()["__type"] == "InvalidPasswordException"
        assert not self.cognito("SignUp", **mine, Password=self.password, UserAttributes=mail).json()["UserConfirmed"]
        with pytest.raises(SignInFailed):
            self.token("unconfirmed")
        assert self.cognito("ConfirmSignUp", **mine, ConfirmationCode="000000").status_code == 400
        assert self.cognito("ConfirmSignUp", **mine, ConfirmationCode=CODE).status_code == 200

    def token(self, device: str) -> str:
        """An access token of the sign-in on `device`, made when it is asked for first."""
        known = self.sign_ins.setdefault(
            device,
            PasswordSignIn(
                self.outputs.endpoint, self.outputs.client_id, self.name, self.password, http=self.drive.http
            ),
        )
        return known()

    def refresh(self, device: str) -> str:
        self.sign_ins[device]._ends = (0.0, 0.0)
        return self.token(device)

    def client(self, device: str) -> Client:
        return Client(self.outputs.edge_url, lambda: self.token(device), http=self.drive.http, resume_folder=None)

    def get(self, path: str, token: str) -> httpx.Response:
        return self.drive.http.get(path, headers={"authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def eve(drive: Driver) -> Eve:
    made = Eve(drive)
    made.sign_up()
    return made


def test_a_new_person_signs_in_has_a_profile_and_stays_the_same_session_when_refreshed(eve: Eve) -> None:
    accounts = eve.client("phone").accounts
    assert (accounts.me().handle, accounts.me().privacy) == (None, "public")
    first = eve.token("phone")
    assert eve.refresh("phone") != first
    (session,) = accounts.sessions()
    assert session.current
    assert accounts.claim_handle(eve.name.upper()).handle == eve.name
    assert eve.drive.client("bob").accounts.find(f"@{eve.name}").user_id == accounts.me().user_id


def test_the_code_flow_with_pkce_ends_in_a_token_and_without_its_verifier_in_none(eve: Eve) -> None:
    def signed_in(challenge: str) -> str:
        asked = {
            "client_id": eve.outputs.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid email",
            "state": "xyz",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with httpx.Client(base_url=eve.outputs.endpoint, timeout=30) as browser:
            page = browser.get("/oauth2/authorize", params=asked)
            assert "<form" in page.text
            sent = browser.post("/login", data={**asked, "username": eve.name, "password": eve.password})
        there = urlsplit(sent.headers["location"])
        assert f"{there.scheme}://{there.netloc}/" == CALLBACK
        found = parse_qs(there.query)
        assert found["state"] == ["xyz"]
        return found["code"][0]

    def exchanged(code: str, verifier: str) -> httpx.Response:
        return httpx.post(
            f"{eve.outputs.endpoint}/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "client_id": eve.outputs.client_id,
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": verifier,
            },
            timeout=30,
        )

    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert exchanged(signed_in(challenge), secrets.token_urlsafe(48)).json()["error"] == "invalid_grant"
    code = signed_in(challenge)
    tokens = exchanged(code, verifier).json()
    assert eve.get("/v1/me", tokens["access_token"]).json()["user_id"] == eve.client("phone").accounts.me().user_id
    assert exchanged(code, verifier).status_code == 400  # a code is good once
    refused = {"client_id": eve.outputs.client_id, "redirect_uri": "https://evil.example/", "response_type": "code"}
    assert httpx.get(f"{eve.outputs.endpoint}/oauth2/authorize", params=refused).status_code == 400


def test_a_revoked_session_ends_within_the_cache_time_and_the_others_go_on(eve: Eve) -> None:
    stolen, mine = eve.client("stolen").accounts, eve.client("phone").accounts
    stolen.me()
    (session_id,) = (session.session_id for session in stolen.sessions() if session.current)
    began = time.monotonic()
    mine.revoke(session_id)

    def refused() -> bool:
        answers = [eve.get(path, eve.token("stolen")) for path in ("/v1/me", "/v1/feed/latest", "/v1/me/likes")]
        return all(answer.status_code == 401 and problem(answer)[1] == "session-revoked" for answer in answers)

    assert eventually(refused, bool, CACHE_SECONDS + 15)
    assert time.monotonic() - began < CACHE_SECONDS + 15
    assert problem(eve.get("/v1/me", eve.refresh("stolen"))) == (401, "session-revoked")
    assert session_id not in [session.session_id for session in mine.sessions()]
    assert mine.me().handle == eve.name


def _typed(eve: Eve, command: str, given: str) -> str:
    """What a command says that talks to a stage by address and with the token of eve's phone."""
    environment = os.environ | {"REELSTACK_URL": eve.outputs.edge_url, "REELSTACK_TOKEN": eve.token("phone")}
    argv = [sys.executable, "-m", "cli.main", command]
    done = subprocess.run(argv, input=given, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_changed_password_ends_every_other_sign_in(eve: Eve) -> None:
    """Also at the pool: no refresh token works any more, the stolen one's neither."""
    mine, stolen, new = eve.client("phone").accounts, eve.token("stolen again"), f"{eve.password}!"
    assert eve.get("/v1/me", stolen).status_code == 200
    with pytest.raises(NotAllowed) as refused:
        mine.change_password("a guess", new)
    assert refused.value.type == "password-wrong"
    assert "every other sign-in has ended" in _typed(eve, "password", given=f"{eve.password}\n{new}\n")
    assert mine.me().handle == eve.name
    for device in ("stolen again", "with the old one"):
        with pytest.raises(SignInFailed):
            eve.token(device) if device not in eve.sign_ins else eve.refresh(device)
    assert eventually(lambda: eve.get("/v1/me", stolen), lambda told: told.status_code == 401, CACHE_SECONDS + 15)
    eve.password = new
    eve.sign_ins.clear()
    assert eve.client("phone").accounts.me().handle == eve.name


def test_neither_an_id_token_nor_one_without_its_scheme_opens_the_api(eve: Eve) -> None:
    told = {"ClientId": eve.outputs.client_id, "AuthFlow": "USER_PASSWORD_AUTH"}
    asked = {"USERNAME": eve.name, "PASSWORD": eve.password}
    tokens = eve.cognito("InitiateAuth", **told, AuthParameters=asked).json()["AuthenticationResult"]
    assert eve.get("/v1/me", tokens["AccessToken"]).status_code == 200
    assert problem(eve.get("/v1/me", tokens["IdToken"])) == (401, "token-invalid")
    bare = eve.drive.http.get("/v1/me", headers={"authorization": tokens["AccessToken"]})
    assert problem(bare) == (401, "token-invalid")


def test_a_picture_is_shown_without_what_its_camera_noted_and_goes_when_it_is_taken_away(
    eve: Eve, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "40.7128N 74.0060W"
    file = tmp_path / "me.png"
    Image.effect_mandelbrot((300, 200), (-2, -1.5, 1, 1.5), 100).convert("RGB").save(file, "PNG", exif=exif)
    accounts = eve.client("phone").accounts
    shown = str(accounts.send_avatar(file).avatar_url)
    answer = httpx.get(shown)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.size, len(picture.getexif())) == ((512, 512), 0)
    form = eve.drive.http.post(
        "/v1/me/avatar",
        headers={"authorization": f"Bearer {eve.token('phone')}"},
        json={"content_type": "image/png"},
    ).json()
    for changed in ({"key": "avatars/ann/1"}, {"Content-Type": "text/html"}):
        assert httpx.post(form["url"], data=form["fields"] | changed, files={"file": b"x"}).status_code == 403
    large = httpx.post(form["url"], data=form["fields"], files={"file": b"x" * (form["max_bytes"] + 1)})
    assert large.status_code == 400
    accounts.remove_avatar()
    assert accounts.me().avatar_url is None
    bucket = eve.outputs.buckets["media"]
    key = urlsplit(shown).path.removeprefix("/")
    held = eve.drive.aws("s3").list_objects_v2(Bucket=bucket, Prefix=key)
    assert held["KeyCount"] == 0


@pytest.mark.engines  # long: make test has seven minutes
def test_a_suspended_account_reads_on_changes_nothing_and_cannot_sign_in_until_restored(eve: Eve) -> None:
    admin, mine = eve.drive.client("ada").accounts, eve.client("phone").accounts
    user_id = mine.me().user_id
    assert admin.grant(user_id, "creator") == ["creator"]
    assert admin.suspend(user_id, "spam").suspended_reason == "spam"

    def refused() -> bool:
        try:
            mine.edit(bio="still here")
        except NotAllowed as answer:
            return answer.type == "account-suspended"
        return False

    assert eventually(refused, bool, CACHE_SECONDS + 15)
    assert mine.me().suspended_reason == "spam"
    with pytest.raises(SignInFailed):
        eve.token("another device")
    with pytest.raises(SignInFailed):
        eve.refresh("phone")
    admin.restore(user_id, "looked at again")
    assert eve.client("new device").accounts.me().suspended_at is None
    entries = [entry.action for entry in admin.audit(user_id).items]
    assert entries == ["role-granted", "suspended", "restored"]


def test_signing_out_everywhere_else_leaves_one_session(eve: Eve) -> None:
    accounts = eve.client("new device").accounts
    accounts.revoke_others()
    assert [session.current for session in accounts.sessions()] == [True]
    with pytest.raises(NotSignedIn):
        Client(eve.outputs.edge_url, lambda: "no-token", http=eve.drive.http).accounts.me()
