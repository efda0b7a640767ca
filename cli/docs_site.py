"""Builds the site of docs/ into build/site: `python -m cli.docs_site`, or `make docs`.

Pages are copied to build/site-pages as they lie in the checkout, with the files that they link to, so that a link is
the same for readers of the repository and of the site. Nothing of the site comes from another host: it opens from a
disk, search and diagrams included.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cli import docs_reference

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "build" / "site-pages"
SITE = ROOT / "build" / "site"
SETTINGS = ROOT / "zensical.toml"
DIAGRAMS = ROOT / "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
"""Without it the theme would fetch Mermaid from another host."""
FIRST = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "web/player/README.md")
LINK = re.compile(r"\]\(([^)#\s]+)")
SHIM = ROOT / "node_modules/iframe-worker/shim/index.js"
SHIM_ELSEWHERE = "https://unpkg.com/iframe-worker/shim"
"""By it the search of a site that was opened from a disk gets its worker; the theme names another host's."""


def sources() -> list[Path]:
    """Every page of the site that lies in the checkout."""
    return [*(ROOT / name for name in FIRST), *sorted((ROOT / "docs").rglob("*.md"))]


def copy(root: Path = ROOT, pages: Path = PAGES) -> None:
    """Raises FileNotFoundError for a link to a file that is not there."""
    shutil.rmtree(pages, ignore_errors=True)
    for source in sources():
        _copy(source, root, pages)
        for link in LINK.findall(source.read_text()):
            linked = (source.parent / link).resolve()
            if "://" not in link and not link.startswith("mailto:") and linked.suffix != ".md":
                _copy(linked, root, pages)
    docs_reference.write(root / "docs/api/openapi.json", pages / "docs/api/reference")
    shutil.copy(DIAGRAMS, pages / DIAGRAMS.name)


def _copy(source: Path, root: Path, pages: Path) -> None:
    target = pages / source.relative_to(root)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def build() -> None:
    """Ends the program if the builder warns of anything, a link without its target included."""
    copy()
    shutil.rmtree(SITE, ignore_errors=True)
    zensical = Path(sys.executable).parent / "zensical"
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([str(zensical), "build", "--clean", "--strict"], cwd=ROOT, env=plain, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    shutil.copy(SHIM, SITE / "search-worker.js")
    for page in SITE.rglob("*.html"):
        up = "../" * (len(page.relative_to(SITE).parts) - 1)
        page.write_text(page.read_text().replace(SHIM_ELSEWHERE, f"{up}search-worker.js"))


if __name__ == "__main__":
    build()
