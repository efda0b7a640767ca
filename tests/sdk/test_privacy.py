"""The client's part of exports and deletions: what it sends, and what it makes of the answers."""

from pathlib import Path

import httpx
import pytest

from reelstack_client import ClientError, ExportNotMade
from tests.support.client_answers import Answers, Responses, client, ok

RUNNING = {"export_id": "e", "state": "running", "percent": 40, "finished": ["likes"], "asked_at": 1, "files": []}
FILE = {"name": "reelstack-1.zip", "size_bytes": 3, "download_url": "http://storage.test/reelstack-1.zip"}
DONE = {**RUNNING, "state": "done", "percent": 100, "files": [FILE]}
ERASURE = {"state": "waiting", "percent": 0, "deleted_at": 1, "erased_from": 2, "left": []}


class WithStorage(Answers):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.test":
            return httpx.Response(200, content=b"zip")
        return super().handle_request(request)


def test_an_export_is_waited_for_and_fetched(tmp_path: Path) -> None:
    answers, seen = WithStorage(RUNNING, RUNNING, DONE), []
    (file,) = client(answers).privacy.export(tmp_path, every=0, seen=lambda now: seen.append(now.percent))
    assert (file.name, file.read_bytes(), seen) == ("reelstack-1.zip", b"zip", [40, 40])
    assert [(method, path) for method, path, _ in answers.asked] == [
        ("POST", "/v1/me/export"),
        *[("GET", "/v1/me/export")] * 2,
    ]


def test_an_export_is_waited_for_though_the_service_is_away_for_a_while(tmp_path: Path) -> None:
    busy = httpx.Response(429, headers={"retry-after": "90"})
    responses = Responses(ok(RUNNING), busy, ok({**DONE, "files": []}), ok({**DONE, "files": []}))
    assert responses.client().privacy.export(tmp_path) == []
    assert responses.slept == [2, 90, 2]


def test_an_export_that_failed_or_is_late_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ExportNotMade, match="ask for another"):
        client(Answers({**RUNNING, "state": "failed"})).privacy.export(tmp_path)
    with pytest.raises(ExportNotMade, match="40 %"):
        client(Answers(RUNNING, RUNNING)).privacy.export(tmp_path, seconds=-1)


@pytest.mark.parametrize(
    "wrong", [{"name": ".."}, {"name": "/"}, {"download_url": "http://[::1"}, {"download_url": "a"}]
)
def test_a_file_that_cannot_be_fetched_is_told_before_it_is(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="in another form: files"):
        client(Answers({**DONE, "files": [FILE | wrong]})).privacy.export(tmp_path)


def test_a_file_lands_in_the_folder_whatever_its_name_says(tmp_path: Path) -> None:
    (file,) = client(WithStorage({**DONE, "files": [FILE | {"name": "../../a.zip"}]})).privacy.export(tmp_path)
    assert file == tmp_path / "a.zip"


def test_an_account_is_deleted_by_its_owner_or_an_administrator() -> None:
    answers = Answers(ERASURE, ERASURE, ERASURE)
    privacy = client(answers).privacy
    assert privacy.delete_account().erased_from == 2
    privacy.delete_user("auth0|1", "asked by mail")
    assert privacy.erasure("auth0|1").state == "waiting"
    assert answers.asked == [
        ("DELETE", "/v1/me", None),
        ("POST", "/v1/users/auth0%7C1/delete", {"reason": "asked by mail"}),
        ("GET", "/v1/users/auth0%7C1/erasure", None),
    ]
