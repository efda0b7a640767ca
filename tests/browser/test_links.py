"""The link of a clip, and pages of other origins, in Chromium on the deployed local cloud: edge, API and storage."""

import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.places import ROOT
from local.up import Cloud
from tests.browser.scenarios import in_chromium
from tests.cloud.driver import Driver, draw

pytestmark = [pytest.mark.cloud, pytest.mark.browser]


@pytest.fixture(scope="module")
def drive(cloud: Cloud) -> Iterator[Driver]:
    made = Driver(cloud.outputs, cloud.people)
    yield made
    made.close()


@pytest.fixture(scope="module")
def link(cloud: Cloud) -> str:
    assert cloud.sample
    return cloud.sample.link


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A page of another origin, with hls.js as npm has it."""
    files = {
        "/": b"<!doctype html><video></video><script src=/hls.js></script>",
        "/hls.js": (ROOT / "node_modules/hls.js/dist/hls.min.js").read_bytes(),
    }

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/javascript" if self.path.endswith(".js") else "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Meta(HTMLParser):
    """What a crawler reads of a page's head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.oembed = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta" and "content" in told:
            self.meta[told.get("property") or told["name"]] = told["content"]
        if told.get("type") == "application/json+oembed":
            self.oembed = told["href"]


def test_a_shared_link_opens_its_clip_signed_out_and_in(drive: Driver, link: str, cloud: Cloud) -> None:
    assert cloud.sample
    bob = drive.people["bob"]
    nowhere = ["/@ann/none", "/nothing", "/a/b.html", "/@/"]
    given: dict[str, Any] = {"link": link, "title": cloud.sample.video.title, "nowhere": nowhere}
    found = in_chromium("shared", **given, username=bob.name, password=bob.password)
    assert (found["status"], found["clips"], found["signedIn"]) == (200, 1, "false")
    assert found["likeSignedOut"] == "Sign in first"
    no_page = [404, "There is no such page"]
    assert found["elsewhere"] == dict.fromkeys(nowhere, no_page) | {"/@ann/none": [404, "There is no such clip"]}
    assert found["feed"] >= 1
    assert found["complaints"] == []


def test_a_crawler_finds_a_picture_and_what_to_show_without_a_token(link: str) -> None:
    with httpx.Client(timeout=30, follow_redirects=True) as crawler:
        page = crawler.get(link)
        told = Meta(page.text)
        assert (told.meta["og:url"], told.meta["og:title"]) == (link, "Big Buck Bunny")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "script-src" not in page.headers["content-security-policy"]
        picture = crawler.get(told.meta["og:image"])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        shown = crawler.get(told.oembed).json()
        assert (shown["type"], shown["title"]) == ("video", "Big Buck Bunny")
        (address,) = re.findall('src="([^"]+)"', shown["html"])
        frame = crawler.get(address)
        assert (frame.status_code, "<script" in frame.text) == (200, True)
        assert "frame-ancestors *" in frame.headers["content-security-policy"]
        assert "x-frame-options" not in frame.headers
        assert shown["thumbnail_url"] == told.meta["og:image"]


def test_a_page_of_another_origin_reads_plays_and_uploads(drive: Driver, elsewhere: str, cloud: Cloud) -> None:
    assert cloud.sample
    found = in_chromium(
        "elsewhere",
        page=elsewhere,
        site=drive.outputs.edge_url,
        videoId=cloud.sample.video.video_id,
        token=drive.token("ann"),
        part=1024,
    )
    assert found["origin"] != found["site"]
    assert found["feed"] == [200, True]
    assert found["missing"] == [404, 404]
    assert found["refused"][0] == 403
    assert found["range"] == [206, True]
    assert found["played"] is True
    assert found["upload"] == [201, 200, True]


@pytest.mark.engines
def test_a_creator_sees_a_clip_of_hers_being_made_and_opens_it(drive: Driver, tmp_path: Path) -> None:
    """Uploaded from elsewhere; the page is told by the API alone."""
    ann = drive.people["ann"]
    file = draw(tmp_path / "own.mp4", seconds=15, size="1280x720")
    drive.client("ann").uploads.upload(file, title="On its way")
    found = in_chromium(
        "own_made",
        seconds=280,
        url=drive.outputs.edge_url,
        username=ann.name,
        password=ann.password,
        title="On its way",
    )
    states = list(dict.fromkeys(state for state, _ in found["seen"]))
    assert states[-2:] == ["In production", "Published"]
    assert any(re.search(r"\d of \d+ renditions, about \d+ s left", progress) for _, progress in found["seen"])
    assert (found["shown"], found["complaints"]) == (1, [])
