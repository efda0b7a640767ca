"""The feed's last resort: the page that a deployment is packed with, and serves while it reaches nothing at all.

A deployment takes it from the stage as it is, without addresses that end. Where nothing answers yet it is packed with
what the file holds: nothing, or what `reelstack feed-snapshot` wrote there. The file is of the checkout, so it is put
back as it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from local.places import ROOT
from reelstack.feed import ready_pages

FILE = ROOT / "functions/feed/api/snapshot.json"
SECONDS, MOST_BYTES = 10, 4 * 1024 * 1024


class NoPage(ValueError):
    """What a stage answers is no ready-made page, or an empty one."""


class NoAnswer(OSError):
    """A stage does not answer."""


def fetch(site: str) -> bytes:
    """The present page of the stage at `site`. Raises NoPage or NoAnswer."""
    address = f"{site}/{ready_pages.object_key('')}"
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 -- the stage's own origin
            page = ready_pages.without_addresses(answer.read(MOST_BYTES))
        items = ready_pages.parse(page).items
    except HTTPError as error:
        raise NoPage(f"{address} answers {error.code}: the stage has made no ready-made page yet") from error
    except OSError as error:
        raise NoAnswer(f"{address} does not answer: {error}") from error
    except ValueError as error:
        raise NoPage(f"{address} is no ready-made page: {error}") from error
    if not items:
        raise NoPage(f"the page of {address} is empty: publish a clip first")
    return page


@contextmanager
def packed(site: str | None, say: Callable[[str], None], file: Path = FILE) -> Iterator[None]:
    """Within, what is deployed holds the stage's present page. `site`: None of a stage that was never deployed."""
    before = file.read_bytes()
    try:
        page = _fetch_known(site)
    except (NoPage, NoAnswer) as error:
        say(f"{error}. For when it reaches nothing, the feed is packed with the file's clips: {_clips(before)}")
        yield
        return
    say(f"For when it reaches nothing, the feed is packed with what everybody is shown now: {_clips(page)} clips")
    file.write_bytes(page + b"\n")
    try:
        yield
    finally:
        file.write_bytes(before)


def _fetch_known(site: str | None) -> bytes:
    if site is None:
        raise NoPage("The stage shows nothing yet")
    return fetch(site)


def _clips(page: bytes) -> int:
    return len(ready_pages.parse(page).items)
