"""The site of docs/, built as `make docs` does: every link leads somewhere, search finds, nothing is another host's."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from cli import docs_site

SEARCHED = {
    "receipt": "docs/behavior.html",
    "denylist": "index.html",
    "idempotency": "docs/decisions/web.html",
    "rendition": "docs/concepts.html",
    "presigned": "index.html",
    "parts-missing": "docs/api/problems.html",
    "takedown": "docs/moderation.html",
    "PKCE": "docs/mobile.html",
    "AsyncClient": "docs/sdk.html",
    "WorkManager": "docs/uploads.html",
    "Valkey": "docs/operations.html",
    "Mediaconvert": "docs/on-aws.html",
    "erasure": "docs/privacy.html",
    "NDCG": "docs/profiles.html",
    "Glacier": "docs/tiering.html",
    "oEmbed": "docs/api/reference/videos.html",
    "websocket": "docs/operations.html",
    "dead letters": "docs/operations.html",
    "unit_ends": "docs/delivery.html",
    "retention": "docs/api/reference/videos.html",
}
"""Twenty words that people look for, and a page that must be found by each."""
OURS = ("search.js", "mermaid.tiny.js", "search-worker.js")
LOADS = ("script", "link", "img", "iframe", "source")
"""Elements by which a page loads something; an anchor waits for a click."""


@pytest.fixture(scope="module")
def site() -> Path:
    docs_site.build()
    return docs_site.SITE


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors, self.links, self.loads = {""}, list[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.anchors |= {told[name] for name in ("id", "name") if name in told}
        address = told.get("href") or told.get("src")
        if address:
            (self.loads if tag in LOADS and told.get("rel") != "canonical" else self.links).append(address)


@cache
def page(file: Path) -> Page:
    return Page(file.read_text())


def pages(site: Path) -> Iterator[Path]:
    return (file for file in site.rglob("*.html") if file.name != "404.html")


def broken(file: Path, address: str) -> bool:
    """Whether an address of the site itself leads nowhere."""
    address, anchor = urldefrag(address)
    target = (file.parent / unquote(address)).resolve() if address else file
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return True
    return target.suffix == ".html" and unquote(anchor) not in page(target).anchors


def test_every_link_and_every_anchor_leads_somewhere(site: Path) -> None:
    followed, lost = 0, list[str]()
    for file in pages(site):
        for address in page(file).links + page(file).loads:
            if not urlsplit(address).scheme and not address.startswith("//"):
                followed += 1
                lost += [f"{file.relative_to(site)}: {address}"] if broken(file, address) else []
    assert lost == []
    assert followed > 1000


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    foreign = {
        address for file in pages(site) for address in page(file).loads if urlsplit(address).scheme not in ("", "data")
    }
    assert foreign == set()
    assert all((site / name).exists() for name in OURS)


def test_every_page_of_the_checkout_is_on_the_site(site: Path) -> None:
    for source in docs_site.sources():
        name = source.relative_to(docs_site.ROOT).with_suffix(".html")
        assert (site / (name.with_name("index.html") if name.stem == "README" else name)).exists(), source


@pytest.fixture(scope="module")
def found(site: Path) -> dict[str, set[str]]:
    """Word -> pages that have it, by the index that the site's search reads."""
    items = json.loads((site / "search.json").read_text())["items"]
    texts = [(item["location"].partition("#")[0], f"{item['title']} {item['text']}".lower()) for item in items]
    return {word: {place for place, text in texts if word.lower() in text} for word in SEARCHED}


@pytest.mark.parametrize("word", SEARCHED)
def test_search_finds(word: str, found: dict[str, set[str]]) -> None:
    assert SEARCHED[word] in found[word]


def test_the_reference_has_every_operation(site: Path) -> None:
    document = json.loads((docs_site.ROOT / "docs/api/openapi.json").read_text())
    text = "".join(file.read_text() for file in (site / "docs/api/reference").glob("*.html"))
    rooms = {file.name for file in (docs_site.PAGES / "docs/api/reference").glob("*.md")}
    assert {name for name in rooms if f"reference/{name}" not in docs_site.SETTINGS.read_text()} == set()
    asked = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert asked - set(re.findall(r"<code>([A-Z]+ /[^<]*)</code>", text)) == set()
