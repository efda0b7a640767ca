"""How much JavaScript the app loads: for the first clip, and for each further page. Gzip, as CloudFront sends it."""

import gzip
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]
MOST_BYTES = 60_000
IMPORTED = re.compile(r"(?:from|import)\s*[\"']\./([\w.-]+\.js)[\"']")
EMBED_BYTES = 40_000
HLS_BYTES = 100_000
"""hls.js is the one chunk that is larger; nothing imports it but by `import()`."""


def size(files: set[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def with_imports(file: Path) -> set[Path]:
    """A chunk and all that has to be there before it runs."""
    found, todo = set(), [file]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += [one.parent / name for name in IMPORTED.findall(one.read_text())]
    return found


@pytest.fixture(scope="module")
def first(files: Path) -> set[Path]:
    """The scripts that the page names."""
    page = (files / "page/index.html").read_text()
    named = re.findall(r'<(?:script|link rel="modulepreload")[^>]*(?:src|href)="/(assets/[^"]+\.js)"', page)
    return {one for file in named for one in with_imports(files / "page" / file)}


def test_the_first_clip_takes_60_kb_with_the_player(first: set[Path]) -> None:
    assert len(first) >= 2
    assert 20_000 < size(first) <= MOST_BYTES


def test_each_further_page_takes_60_kb_and_hls_js_is_loaded_by_none(files: Path, first: set[Path]) -> None:
    chunks = {file: with_imports(file) - first for file in (files / "page/assets").glob("*.js") if file not in first}
    large = {file.name: size(needed) for file, needed in chunks.items() if size(needed) > MOST_BYTES}
    assert all(name.startswith("hls") and bytes_ > HLS_BYTES for name, bytes_ in large.items()), large
    hls = {file for file in chunks if file.name in large}
    assert len(hls) == 1
    assert not any(hls & needed for file, needed in chunks.items() if file not in hls)
    assert not hls & first


def test_every_script_and_style_has_its_hash_in_the_page(files: Path) -> None:
    made = {f"assets/{file.name}" for file in (files / "page/assets").iterdir() if file.suffix in {".js", ".css"}}
    hashed = set()
    for name in ("index.html", "embed.html"):
        page = (files / "page" / name).read_text()
        hashed |= set(re.findall(r'(?:src|href)="/(assets/[^"]+)"[^>]*integrity="sha384-', page))
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*src=)", page)
    assert hashed == made


def test_the_page_for_frames_is_one_script_of_40_kb_and_knows_nobody(files: Path) -> None:
    (script,) = re.findall(r'<script[^>]*src="/(assets/[^"]+\.js)"', (files / "page/embed.html").read_text())
    chunk = files / "page" / script
    assert with_imports(chunk) == {chunk}
    assert size({chunk}) <= EMBED_BYTES
    text = chunk.read_text()
    assert not re.search(r"sessionStorage|authorization|reelstack\.session|postMessage", text, re.IGNORECASE)
    assert re.findall(r"credentials:.(\w+)", text) == ["omit", "omit"]
