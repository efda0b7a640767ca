"""The built page and a site in miniature, made once for the tests that bear the group `page`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.small_clip import make_clip
from tests.browser.small_site import Site, build_page, small_site


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build_page(folder / "page")
    make_clip(folder / "clip")
    return folder


@pytest.fixture(scope="session")
def site(files: Path) -> Iterator[Site]:
    with small_site(files / "page", files / "clip") as made:
        yield made
