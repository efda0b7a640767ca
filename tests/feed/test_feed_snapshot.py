"""`reelstack feed-snapshot`: the page that is packed with the next deployment."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli import feed
from reelstack.feed import ready_pages

ITEM = {
    "video_id": "vid",
    "owner_id": "ann",
    "tags": ["a"],
    "playback": {"master_url": "/v/vid/t/x"},
    "poster_url": "/v",
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert self.path == "/feed/hot-world.json"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(ready_pages.pack("", 5, [ITEM]))

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


def test_what_is_packed_with_the_checkout_is_a_page() -> None:
    assert ready_pages.parse(feed.SNAPSHOT.read_bytes()).made_at == 0
