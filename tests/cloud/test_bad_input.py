"""Each wrong thing a client can do gets one problem+json answer, or a reason stored on the video. Nothing hangs."""

import base64
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.places import Places
from reelstack_client import Video
from tests.authorization import KEPT, rows
from tests.cloud.driver import Driver, draw, problem
from tests.support.asking import BODIES

pytestmark = pytest.mark.cloud

MIB = 1024 * 1024
NEW = {"title": "t", "size_bytes": 6 * MIB, "content_type": "video/mp4"}


def open_upload(drive: Driver, **change: Any) -> dict[str, Any]:
    answer = drive.call("POST", "/v1/uploads", json=NEW | change)
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(part: dict[str, Any], data: bytes, **headers: str) -> httpx.Response:
    return httpx.put(part["url"], content=data, headers=part["headers"] | headers, timeout=30)


# --- who asks --------------------------------------------------------------------------------------------------------


def test_without_a_token_no_route_answers_but_those_that_everybody_may_read(drive: Driver) -> None:
    assert let_through(drive) == [row.route for row in rows() if row.anonymous or row.role is None]


def test_an_expired_token_opens_no_route(drive: Driver, places: Places) -> None:
    """Told by its time alone: the same token was good a moment before."""
    now = int(time.time())
    good, expired = (signed(drive, places, iat=now - 3600, exp=now + seconds) for seconds in (600, -1))
    assert drive.call("GET", "/v1/feed/latest", user=None, headers=bearer(good)).status_code == 200
    assert let_through(drive, headers=bearer(expired)) == [*KEPT, "GET /v1/health"]


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"token_use": "id"}, id="an id token"),
        pytest.param({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_another"}, id="another pool's"),
        pytest.param({"client_id": "another"}, id="another client's"),
    ],
)
def test_a_token_that_is_not_good_never_reads_what_no_token_would(
    drive: Driver, places: Places, sample: Video, claims: dict[str, Any]
) -> None:
    told = read_everything(drive, sample, bearer(signed(drive, places, **claims)))
    assert {status for route, status in told.items() if route not in KEPT} == {401}, told


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x", "Basic YW5uOng=", "Bearer e30.e30.c2ln"])
def test_what_is_no_token_at_all_never_reads_what_no_token_would(drive: Driver, sample: Video, sent: str) -> None:
    told = read_everything(drive, sample, {"authorization": sent})
    assert {status for route, status in told.items() if route not in KEPT} == {401}, told


def test_everybody_reads_what_is_public(drive: Driver, sample: Video) -> None:
    told = read_everything(drive, sample, {})
    there_is_none = "GET /v1/videos/{video_id}/comments/{comment_id}"
    assert {route: status for route, status in told.items() if status not in (200, 202)} == {there_is_none: 404}


def read_everything(drive: Driver, sample: Video, headers: dict[str, str]) -> dict[str, int]:
    """What each route says that can be read without a token, of the published sample."""
    ids = {"video_id": sample.video_id, "user_id": sample.owner_id, "comment_id": "1795420800000-3f2a9c01d4e7"}
    found = {}
    for row in (row for row in rows() if row.anonymous):
        asked = {"q": "an", "url": f"{drive.outputs.edge_url}/@-/{sample.video_id}"}
        method, path = row.route.split(" ")
        sent = {"params": asked} if method == "GET" else {"json": BODIES[row.route]}
        found[row.route] = drive.call(method, path.format(**ids), user=None, headers=headers, **sent).status_code
    return found


@pytest.mark.parametrize("claims", [{"iss": "https://example.com"}, {"client_id": "another"}])
def test_a_token_for_somebody_else_is_refused(drive: Driver, places: Places, claims: dict[str, Any]) -> None:
    headers = bearer(signed(drive, places, **claims))
    assert drive.call("GET", "/v1/feed/latest", user=None, headers=headers).status_code == 401


@pytest.mark.parametrize("claims", [{"exp": 2**31}, {"cognito:groups": ["admin"]}, {"sub": "somebody"}])
def test_a_token_that_was_changed_is_refused(drive: Driver, claims: dict[str, Any]) -> None:
    head, body, signature = drive.token("ann").split(".")
    headers = bearer(f"{head}.{encoded(decoded(body) | claims)}.{signature}")
    assert drive.call("GET", "/v1/feed/latest", user=None, headers=headers).status_code == 401


def let_through(drive: Driver, **kwargs: Any) -> list[str]:
    """Routes at which nobody said 401 before anybody looked at ids: the gateway itself, or, of a GET without a token,
    the service that it leads to what has no route for readers."""
    found = []
    for row in rows():
        method, path = row.route.split(" ")
        answer = drive.call(method, re.sub(r"{\w+}", "x", path), user=None, **kwargs)
        said = answer.json() if answer.status_code == 401 else {}
        refused = said == {"message": "Unauthorized"} or said.get("type", "").endswith("/token-missing")
        found += [] if refused else [row.route]
    return found


def signed(drive: Driver, places: Places, **claims: Any) -> str:
    """ann's token with other claims, signed as the user pool signs it: a laptop's keeps its key in a file."""
    head, body, _ = drive.token("ann").split(".")
    pem = places.state / "aws/cognito-pool-keys" / f"{drive.outputs.user_pool_id}-access.pem"
    key = serialization.load_pem_private_key(pem.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    said = f"{head}.{encoded(decoded(body) | claims)}"
    signature = key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def decoded(part: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return told


def encoded(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_the_api_answers_only_through_the_edge(drive: Driver) -> None:
    headers = {"authorization": f"Bearer {drive.token('ann')}"}
    answer = httpx.get(f"{drive.outputs.api_url}/v1/feed/latest", headers=headers, timeout=30)
    assert problem(answer) == (403, "direct-access-refused")


def test_a_viewer_cannot_upload_and_a_creator_cannot_decide(drive: Driver) -> None:
    assert problem(drive.call("POST", "/v1/uploads", user="bob", json=NEW)) == (403, "role-missing")
    answer = drive.call("POST", "/v1/videos/x/verdict", json={"verdict": "approve", "reason": "mine"})
    assert problem(answer) == (403, "role-missing")


def test_what_belongs_to_someone_else_is_not_touched(drive: Driver) -> None:
    upload = open_upload(drive)
    for method, tail in (("GET", ""), ("POST", "/complete"), ("DELETE", "")):
        answer = drive.call(method, f"/v1/uploads/{upload['upload_id']}{tail}", user="ada")
        assert problem(answer) == (404, "upload-not-found")
    for method, body in (("PATCH", {"title": "mine"}), ("DELETE", None)):
        answer = drive.call(method, f"/v1/videos/{upload['video_id']}", user="bob", json=body)
        assert problem(answer) == (403, "not-your-video")


# --- what is asked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"size_bytes": 2**41}, (413, "file-too-large")),
        ({"size_bytes": 0}, (422, "invalid-request")),
        ({"content_type": "application/pdf"}, (415, "media-type-not-allowed")),
        ({"title": "x" * MIB}, (413, "request-too-large")),
    ],
)
def test_an_upload_that_cannot_be_is_refused_at_once(drive: Driver, change: Any, expected: Any) -> None:
    assert problem(drive.call("POST", "/v1/uploads", json=NEW | change)) == expected


def test_malformed_json_and_unknown_ids_have_names(drive: Driver) -> None:
    headers = {"content-type": "application/json"}
    assert problem(drive.call("POST", "/v1/uploads", content=b"{", headers=headers)) == (400, "malformed-json")
    assert problem(drive.call("GET", "/v1/uploads/nope")) == (404, "upload-not-found")
    for tail in ("", "/playback", "/likes"):
        assert problem(drive.call("GET", f"/v1/videos/nope{tail}")) == (404, "video-not-found")


# --- how it is sent --------------------------------------------------------------------------------------------------


def test_a_missing_part_is_named_and_can_follow(drive: Driver) -> None:
    upload = open_upload(drive)
    complete = f"/v1/uploads/{upload['upload_id']}/complete"
    assert put(upload["parts"][1], b"x" * MIB).status_code == 200  # the second before the first
    answer = drive.call("POST", complete)
    assert (problem(answer), answer.json()["missing"]) == ((409, "parts-missing"), [1])
    assert put(upload["parts"][0], b"x" * 5 * MIB).status_code == 200
    assert [drive.call("POST", complete).json()["state"] for _ in range(2)] == ["completed"] * 2


def test_completing_after_aborting_is_refused(drive: Driver) -> None:
    upload = open_upload(drive)
    path = f"/v1/uploads/{upload['upload_id']}"
    assert drive.call("DELETE", path).status_code == 204
    assert problem(drive.call("POST", f"{path}/complete")) == (409, "upload-aborted")
    assert put(upload["parts"][1], b"x" * MIB).status_code == 404, "the address outlived the upload"


def test_storage_refuses_a_part_of_another_size_or_checksum(drive: Driver) -> None:
    upload = open_upload(drive)
    assert put(upload["parts"][1], b"x" * (MIB + 1)).status_code == 403
    path = f"/v1/uploads/{upload['upload_id']}/parts"
    signed = drive.call("POST", path, json={"parts": [{"number": 2, "crc64nvme": "AAAAAAAAAAA="}]}).json()["parts"][0]
    assert put(signed, b"x" * MIB).status_code == 400


def test_an_address_cannot_be_bent(drive: Driver) -> None:
    upload = open_upload(drive)
    part = upload["parts"][1]
    for url in (
        part["url"].replace("partNumber=2", "partNumber=1"),
        part["url"].replace("/originals/normal/", "/originals/high/"),
        part["url"].replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
    ):
        assert url != part["url"]
        assert put(part | {"url": url}, b"x" * MIB).status_code == 403


# --- what is in it ---------------------------------------------------------------------------------------------------


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server that nobody should ever call: its address, and who called."""
    called: list[str] = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/secret.ts", called
        server.shutdown()


def test_a_file_that_is_no_video_ends_with_a_stored_reason(
    drive: Driver, canary: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, called = canary
    good = draw(tmp_path / "good.mp4").read_bytes()
    files = {
        "not-a-video": b"just some text, renamed\n" * 50,
        "truncated": good[: len(good) * 2 // 3],
        "playlist-not-allowed": f"#EXTM3U\n#EXTINF:1,\n{address}\n".encode(),
        "no-video-stream": sound_only(tmp_path),
    }
    for reason, data in files.items():
        file = tmp_path / f"{reason}.mp4"
        file.write_bytes(data)
        video = drive.produce(file)
        assert (video.state, video.reason) == ("rejected", reason)
        assert video.reason_message
    assert called == []


def sound_only(tmp_path: Path) -> bytes:
    return draw(tmp_path / "sound.mp4", more=("-map", "1:a")).read_bytes()


def test_a_file_other_than_announced_is_rejected(drive: Driver, tmp_path: Path) -> None:
    file = draw(tmp_path / "clip.mp4")
    data = file.read_bytes()
    upload = open_upload(drive, size_bytes=len(data), sha256="0" * 64)
    assert put(upload["parts"][0], data).status_code == 200
    drive.call("POST", f"/v1/uploads/{upload['upload_id']}/complete")
    video = drive.client("ann").videos.wait(upload["video_id"], seconds=60)
    assert (video.state, video.reason) == ("rejected", "checksum-mismatch")
