"""`reelstack feed-snapshot`: the page that is packed with the next deployment."""

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import typer

from cli import feed
from deployment import feed_snapshot
from reelstack.feed import ready_pages
from reelstack_client import Unreachable

ITEM = {
    "video_id": "vid",
    "owner_id": "ann",
    "tags": ["a"],
    "playback": {"master_url": "/v/vid/t/x"},
    "poster_url": "/v",
}


class Site(BaseHTTPRequestHandler):
    said = (200, ready_pages.pack("", 5, [ITEM]))

    def do_GET(self) -> None:
        assert self.path == "/feed/hot-world.json"
        status, body = self.said
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not into the output of the tests."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("REELSTACK_URL", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()


def test_a_snapshot_holds_the_present_page_without_addresses_that_end(
    site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "snapshot.json"
    monkeypatch.setattr(feed, "SNAPSHOT", file)
    feed.feed_snapshot()
    page = ready_pages.parse(file.read_bytes())
    assert [one.video_id for one in page.items] == ["vid"]
    assert b"/v" not in file.read_bytes()


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, b"<Error/>", "no ready-made page yet"),
        (200, b"<!doctype html>", "is no ready-made page"),
        (200, b'{"version": 9}', "is no ready-made page"),
        (200, ready_pages.pack("", 5, []), "is empty"),
    ],
)
def test_what_is_no_page_or_an_empty_one_leaves_the_file_as_it_is(
    site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, why: str
) -> None:
    file = tmp_path / "snapshot.json"
    file.write_bytes(b"as it was")
    monkeypatch.setattr(feed, "SNAPSHOT", file)
    monkeypatch.setattr(Site, "said", (status, body))
    with pytest.raises(typer.BadParameter, match=why):
        feed.feed_snapshot()
    assert file.read_bytes() == b"as it was"


def test_a_site_that_does_not_answer_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        monkeypatch.setenv("REELSTACK_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unreachable):
            feed.feed_snapshot()


def test_a_deployment_is_packed_with_what_the_stage_shows_and_leaves_the_checkout_as_it_was(
    site: None, tmp_path: Path
) -> None:
    file, said = tmp_path / "snapshot.json", list[str]()
    file.write_bytes(feed.SNAPSHOT.read_bytes())
    with feed_snapshot.packed(os.environ["REELSTACK_URL"], said.append, file):
        packed = ready_pages.parse(file.read_bytes())
    assert [one.video_id for one in packed.items] == ["vid"]
    assert file.read_bytes() == feed.SNAPSHOT.read_bytes()
    assert said == ["For when it reaches nothing, the feed is packed with what everybody is shown now: 1 clips"]


def test_a_deployment_that_fails_leaves_the_checkout_as_it_was(site: None, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_bytes(feed.SNAPSHOT.read_bytes())
    with pytest.raises(RuntimeError), feed_snapshot.packed(os.environ["REELSTACK_URL"], print, file):
        raise RuntimeError
    assert file.read_bytes() == feed.SNAPSHOT.read_bytes()


def test_a_deployment_of_a_stage_that_answers_nothing_yet_is_packed_with_what_the_file_holds(
    site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, said = tmp_path / "snapshot.json", list[str]()
    file.write_bytes(ready_pages.pack("", 5, [ITEM]))
    monkeypatch.setattr(Site, "said", (403, b"<Error/>"))
    for known in (None, os.environ["REELSTACK_URL"]):
        with feed_snapshot.packed(known, said.append, file):
            assert file.read_bytes() == ready_pages.pack("", 5, [ITEM])
    of_file = ". For when it reaches nothing, the feed is packed with the file's clips: 1"
    assert said[0] == f"The stage shows nothing yet{of_file}"
    assert said[1].endswith(f"no ready-made page yet{of_file}")


def test_what_is_packed_with_the_checkout_is_a_page() -> None:
    assert ready_pages.parse(feed.SNAPSHOT.read_bytes()).made_at == 0
