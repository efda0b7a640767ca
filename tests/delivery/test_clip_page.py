"""The page of a clip: who is shown what, and what crawlers and other sites read of it."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.accounts import handles
from reelstack.delivery import clip_page
from reelstack.delivery.clips_for_everybody import Clip
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, config
from reelstack.tables.accounts import User
from reelstack.videos import clip_links, videos
from tests.conftest import handler_of, request
from tests.videos.test_videos import make

HOST = {"x-viewer-host": "clips.example.com"}
SITE = "https://clips.example.com"
SHELL = (
    '<!doctype html><html><head><title>Reelstack</title><script type="module" src="/assets/index-1.js"></script></head>'
)
SHELL += '<body><main id="main" tabindex="-1"></main><template id="clip"></template></body></html>'
POSTED = {"prefix": "v/vid/1/", "master": "master.m3u8", "poster": "poster.jpg"}
Ask = Callable[..., Any]


class Head(HTMLParser):
    """Meta elements by name or property, links by relation, scripts and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, dict[str, str]] = {}
        self.scripts: list[dict[str, str]] = []
        self.elements: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.elements.append(tag)
        if tag == "meta" and "content" in told:
            self.meta[told.get("property") or told["name"]] = told["content"]
        if tag == "link":
            self.links[told["rel"]] = told
        if tag == "script":
            self.scripts.append(told)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def ask(aws: Any, context: Any) -> Ask:
    """ask("@ann/vid") -> the answer for the edge's request for that page."""
    seam.client("s3").put_object(Bucket="web", Key="index.html", Body=SHELL.encode())
    User("ann", created_at=1).save()
    handles.claim("ann", "anna")

    def run(path: str, **headers: str) -> Any:
        return handler_of("videos")(request("GET", f"/pages/{path}", user=None, headers=HOST | headers), context)

    return run


def test_a_crawler_reads_what_a_public_clip_is(ask: Ask) -> None:
    make(description="At the\nsea", duration_ms=12_400).update([videos.Video.asset.set(POSTED)])
    told = ask("@anna/vid")
    head = Head(told["body"])
    assert (told["statusCode"], told["headers"]["content-type"]) == (200, "text/html; charset=utf-8")
    picture = f"{SITE}/@anna/vid/poster.jpg"
    assert {name: value for name, value in head.meta.items() if name.startswith(("og:", "video:"))} == {
        "og:site_name": "Reelstack",
        "og:type": "video.other",
        "og:title": "vid",
        "og:description": "At the sea",
        "og:url": f"{SITE}/@anna/vid",
        "og:image": picture,
        "og:image:type": "image/jpeg",
        "og:image:alt": "vid",
        "video:duration": "12",
    }
    assert (head.meta["twitter:card"], head.meta["twitter:image"]) == ("summary_large_image", picture)
    assert head.links["canonical"]["href"] == f"{SITE}/@anna/vid"
    assert "robots" not in head.meta
    assert head.scripts == [{"type": "module", "src": "/assets/index-1.js"}], "the app's page, and no script beside it"


def test_a_page_is_kept_for_a_minute_at_most(ask: Ask) -> None:
    make()
    for path in ("@anna/vid", "@bob/vid", "@anna/none"):
        said = dict(part.strip().split("=") for part in ask(path)["headers"]["cache-control"].split(",")[1:])
        assert int(said["s-maxage"]) <= 60


def test_the_picture_has_an_address_that_leads_to_a_signed_one(ask: Ask) -> None:
    make().update([videos.Video.asset.set(POSTED)])
    told = ask("@anna/vid/poster.jpg")
    assert told["statusCode"] == 302
    assert told["headers"]["location"].startswith("/v/vid/t/")
    assert told["headers"]["location"].endswith("/1/poster.jpg")


def test_a_clip_without_a_picture_names_none(ask: Ask) -> None:
    make().update([videos.Video.asset.set({"prefix": "v/vid/1/", "master": "master.m3u8"})])
    head = Head(ask("@anna/vid")["body"])
    assert "og:image" not in head.meta
    assert head.meta["twitter:card"] == "summary"
    assert ask("@anna/vid/poster.jpg")["statusCode"] == 404


@pytest.mark.parametrize("handle", ["@ann", "@-", "@somebody.else"])
def test_a_link_with_another_name_leads_to_the_present_one(ask: Ask, handle: str) -> None:
    make()
    told = ask(f"{handle}/vid")
    assert (told["statusCode"], told["headers"]["location"]) == (302, "/@anna/vid")


def test_a_link_outlives_a_change_of_name(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}HANDLE_CHANGE_SECONDS", "0")
    config.cache_clear()
    make()
    before = clip_links.link("anna", "vid").removeprefix("/")
    handles.claim("ann", "annabel")
    assert ask(before)["headers"]["location"] == "/@annabel/vid"
    handles.release("ann")
    assert ask(before)["headers"]["location"] == "/@-/vid"
    assert ask("@-/vid")["statusCode"] == 200


@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": "private"},
        {"visibility": "friends"},
        {"state": "processing"},
        {"state": "rejected", "published_at": None},
        {"state": "deleted", "published_at": 5, "visibility": "private"},
        {"owner": "cyd"},
        {"owner": "gus"},
    ],
    ids=str,
)
def test_what_is_not_for_everybody_has_the_page_of_what_never_was(ask: Ask, hidden: dict[str, Any]) -> None:
    User("cyd", created_at=1, private=True).save()
    User("gus", created_at=1, suspended_at=1).save()
    make(**hidden)
    never, told = ask("@anna/never"), ask("@anna/vid")
    assert told["statusCode"] == never["statusCode"] == 404
    assert told["body"] == never["body"]
    assert Head(told["body"]).meta == {"robots": "noindex", "reelstack:clip": "missing"}


@pytest.mark.parametrize("state", ["rejected", "deleted"])
def test_what_was_public_and_was_removed_is_gone(ask: Ask, state: str) -> None:
    make(state=state, published_at=5, visibility="public")
    told = ask("@anna/vid")
    assert (told["statusCode"], Head(told["body"]).meta["reelstack:clip"]) == (410, "removed")
    assert "This clip was removed" in told["body"]


@pytest.mark.parametrize(
    "told", [clip_page.MISSING, clip_page.REMOVED, clip_page.SIGN_IN, clip_page.UNKNOWN], ids=lambda told: told.state
)
def test_what_stands_in_place_of_a_clip_is_said_in_both_languages(told: clip_page.Told) -> None:
    english, _, arabic = clip_page.of_nothing(SHELL, told).partition('<div lang="ar" dir="rtl">')
    assert f"<h2>{told.title}</h2>" in english
    assert f"<h2>{told.in_arabic[0]}</h2>" in arabic


def test_an_unlisted_clip_is_for_who_has_its_link_and_no_search_engine(ask: Ask) -> None:
    make(visibility="unlisted")
    told = ask("@anna/vid")
    assert (told["statusCode"], Head(told["body"]).meta["robots"]) == (200, "noindex")


def test_where_nobody_reads_without_an_account_every_page_is_the_same(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}ANONYMOUS_READING", "off")
    config.cache_clear()
    make()
    assert {ask(path)["body"] for path in ("@anna/vid", "@anna/none")} == {
        clip_page.of_nothing(SHELL, clip_page.SIGN_IN)
    }
    assert ask("@anna/vid/poster.jpg")["statusCode"] == 404


def test_a_host_that_is_no_host_is_not_written_into_a_page(ask: Ask) -> None:
    make()
    told = ask("@anna/vid", **{"x-viewer-host": 'evil"><script>'})
    assert told["statusCode"] == 422
    assert "script" not in json.dumps(told["headers"])


TEXT = st.text(max_size=40) | st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "</title></head>",
        r"\1\g<0>",
        "</main><img src=x onerror=a>",
        "&lt;b&gt;",
        "' onload='",
    ]
)


@given(title=TEXT, description=TEXT)
def test_nothing_that_people_write_becomes_a_part_of_the_page(title: str, description: str) -> None:
    clip = Clip("vid", title, description, "anna", 3, 9, 16, has_poster=True, listed=True)
    page, plain = (clip_page.of_clip(SHELL, one, SITE) for one in (clip, Clip("vid", "t", "d", *_rest(clip))))
    head = Head(page)
    assert head.elements == Head(plain).elements
    assert head.scripts == [{"type": "module", "src": "/assets/index-1.js"}]
    if title.isprintable():  # a parser reads what is not as something else
        assert head.meta["og:title"] == title


def _rest(clip: Clip) -> tuple[Any, ...]:
    return clip.handle, clip.seconds, clip.width, clip.height, clip.has_poster, clip.listed


@given(handle=st.none() | st.from_regex(r"[a-z0-9]([._]?[a-z0-9]){2,20}", fullmatch=True), video_id=st.uuids())
def test_a_link_is_read_as_it_was_written(handle: str | None, video_id: Any) -> None:
    assert clip_links.read(clip_links.link(handle, video_id.hex)) == (handle or "-", video_id.hex)
