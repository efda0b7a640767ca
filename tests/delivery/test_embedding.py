"""What other sites are told of a clip by oEmbed, and the frame that plays it there."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.edge.content_security import embed_security_policy
from reelstack.delivery import embedding
from reelstack.delivery.clips_for_everybody import Clip
from reelstack.platform.config import PREFIX, config
from reelstack.videos import videos
from tests.delivery.test_clip_page import HOST, POSTED, SITE, TEXT, Ask, Head, ask
from tests.videos.test_videos import make

__all__ = ["ask"]
LINK = f"{SITE}/@anna/vid"
FRAME = ("html", "width", "height")
PICTURE = ("thumbnail_url", "thumbnail_width", "thumbnail_height")
Call = Callable[..., Any]


def told(call: Call, link: str = LINK, *more: str, user: str | None = None) -> Any:
    query = "&".join((f"url={quote(link)}", *more))
    return call("videos", "GET", f"/v1/oembed?{query}", user=user, headers=HOST)


def test_another_site_finds_a_frame_that_plays_a_clip(ask: Ask, call: Call) -> None:
    make(width=1080, height=1920).update([videos.Video.asset.set(POSTED)])
    found = urlsplit(Head(ask("@anna/vid")["body"]).links["alternate"]["href"])
    assert parse_qs(found.query) == {"url": [LINK], "format": ["json"]}
    answer = call("videos", "GET", f"{found.path}?{found.query}", user=None, headers=HOST).json
    html = answer.pop("html")
    assert answer == {
        "version": "1.0",
        "type": "video",
        "title": "vid",
        "author_name": "@anna",
        "author_url": f"{SITE}/@anna",
        "provider_name": "Reelstack",
        "provider_url": f"{SITE}/",
        "cache_age": 60,
        "width": 405,
        "height": 720,
        "thumbnail_url": f"{SITE}/@anna/vid/poster.jpg",
        "thumbnail_width": 1080,
        "thumbnail_height": 1920,
    }
    assert f'<iframe src="{SITE}/embed/vid" width="405" height="720" title="vid"' in html


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/@anna/vid",
        f"{SITE}/@anna/none",
        f"{SITE}/v1/feed/latest",
        "http://[::1",
        "http://[x]/@a/vid",
        LINK.replace("https", "ftp"),
        LINK.removeprefix("https:"),
        LINK.removeprefix("https://"),
        LINK.removeprefix(SITE),
        LINK.replace("://", ":// "),
        LINK.replace("://", "://anna@"),
    ],
)
def test_what_is_no_link_of_a_clip_is_not_found(call: Call, link: str) -> None:
    make()
    assert told(call, link).status == 404


@pytest.mark.parametrize("link", [f"  {LINK}\n", LINK.replace(SITE, SITE.upper())], ids=["spaces", "capitals"])
def test_a_link_is_found_as_people_hand_it_on(call: Call, link: str) -> None:
    make()
    assert told(call, link).json["title"] == "vid"


def test_a_link_is_whole_also_where_the_edge_names_no_site(call: Call) -> None:
    make()
    links = (LINK, "//clips.example.com/@anna/vid", "/@anna/vid", "https:/@anna/vid")
    answers = [call("videos", "GET", f"/v1/oembed?url={quote(link)}", user=None).status for link in links]
    assert answers == [200, 404, 404, 404]


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        ("maxwidth=1080", True),
        ("maxwidth=1079", False),
        ("maxheight=1919", False),
        ("maxwidth=2000&maxheight=1920", True),
    ],
)
def test_another_site_is_shown_no_picture_larger_than_it_has_room_for(call: Call, most: str, shown: bool) -> None:
    make(width=1080, height=1920).update([videos.Video.asset.set(POSTED)])
    assert [name in told(call, LINK, most).json for name in PICTURE] == [shown] * 3


@pytest.mark.parametrize(
    "changes", [{"visibility": "unlisted"}, {"archive_state": "archived"}], ids=["unlisted", "archived"]
)
def test_a_clip_that_is_in_no_list_is_a_link(ask: Ask, call: Call, changes: dict[str, Any]) -> None:
    make(**changes)
    answer = told(call).json
    assert (answer["type"], [name in answer for name in FRAME]) == ("link", [False] * 3)


def test_a_stage_that_embeds_nothing_hands_out_links(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}EMBEDDING", "off")
    config.cache_clear()
    make()
    assert told(call).json["type"] == "link"


def test_who_may_not_see_a_clip_learns_nothing_of_it(call: Call) -> None:
    make(visibility="private")
    never = told(call, f"{SITE}/@anna/never")
    assert (told(call).status, told(call).json["type"]) == (never.status, never.json["type"])
    assert told(call, user="ann").status == 404, "what is answered is for everybody, whoever asks"


def test_a_format_that_is_not_answered_is_refused_and_raises_no_alarm(call: Call) -> None:
    make()
    assert told(call, LINK, "format=json").status == 200
    assert [told(call, LINK, f"format={other}").status for other in ("xml", "yaml")] == [422, 422]


def test_frame_and_page_are_given_the_same_sandbox() -> None:
    assert f"sandbox {embedding.SANDBOX}" in embed_security_policy()
    assert "top-navigation" not in embedding.SANDBOX


SIDE = st.none() | st.integers(1, 8000)


@given(width=SIDE, height=SIDE, room=st.tuples(SIDE, SIDE))
def test_a_frame_fits_the_room_and_has_the_proportions_of_its_clip(
    width: int | None, height: int | None, room: embedding.Room
) -> None:
    across, down = embedding.fitted(width, height, room)
    most = (room[0] or embedding.ROOM[0], room[1] or embedding.ROOM[1])
    assert 1 <= across <= most[0]
    assert 1 <= down <= most[1]
    assert across == most[0] or down == most[1], "no smaller than it must be"
    own = (width, height) if width and height else embedding.UPRIGHT
    assert across == 1 or down == 1 or abs(across * own[1] - down * own[0]) <= max(own), "to a pixel"


@given(title=TEXT)
def test_nothing_that_people_write_becomes_a_part_of_the_frame(title: str) -> None:
    clip = Clip("vid", title, "", "anna", 3, 9, 16, has_poster=True, listed=True)
    page = Head(embedding.frame(clip, SITE, 9, 16))
    assert (page.elements, page.text) == (["iframe"], "")


def test_the_address_of_the_page_for_frames_is_one_path_segment() -> None:
    assert embedding.path("a/../b?c") == "/embed/a%2F..%2Fb%3Fc"
