"""Pages of clips for browsers and crawlers, as the distribution serves them below /@<handle>/, and oEmbed."""

from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from starlette.responses import Response

from reelstack.delivery import clip_page, clips_for_everybody, embedding, web_shell
from reelstack.delivery.clip_page import MISSING, REMOVED, SIGN_IN, UNKNOWN
from reelstack.platform.config import config
from reelstack.videos import access, clip_links
from reelstack.videos.errors import VideoNotFound, VideoRemoved
from reelstack.web import EVERYBODY, Reader, declared

pages = APIRouter(prefix="/pages", include_in_schema=False, dependencies=[EVERYBODY])
router = APIRouter(prefix="/v1/oembed", tags=["videos"])

Host = Annotated[str, Header(alias="x-viewer-host", pattern=r"^[A-Za-z0-9.:\[\]-]*$", include_in_schema=False)]
"""The site's, as the edge says it: infra/edge/clip_pages.js."""
KEPT = {"cache-control": "public, max-age=30, s-maxage=60"}
"""A clip that is taken from the public keeps its page for so long; what plays it is refused at once."""
Pixels = Annotated[int | None, Query(ge=1)]
LAPTOP = ("127.0.0.1", "localhost")


class Embedding(BaseModel):
    """oEmbed 1.0: of the type video where the clip may be played on other sites, else of the type link."""

    version: Literal["1.0"]
    type: Literal["link", "video"]
    title: str
    author_name: str
    author_url: str | None = None
    provider_name: str
    provider_url: str
    cache_age: int
    """Seconds."""
    html: str | None = None
    """Of a video: the frame that plays it."""
    width: int | None = None
    """Of the frame, in pixels."""
    height: int | None = None
    thumbnail_url: str | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None


@pages.head("/{handle}/{video_id}")
@pages.get("/{handle}/{video_id}")
def show_clip(handle: str, video_id: str, host: Host = "") -> Response:
    """The clip's page; where there is none to show, a page that says so."""
    if config().anonymous_reading != "on":  # whether there is such a clip is for who is signed in
        return HTMLResponse(clip_page.of_nothing(web_shell.read(), SIGN_IN), headers=KEPT)
    found = clip_links.read(f"/{handle}/{video_id}")
    if found is None:
        return HTMLResponse(clip_page.of_nothing(web_shell.read(), UNKNOWN), 404, KEPT)
    try:
        clip = clips_for_everybody.find(video_id)
    except VideoRemoved:
        return HTMLResponse(clip_page.of_nothing(web_shell.read(), REMOVED), 410, KEPT)
    except VideoNotFound:
        return HTMLResponse(clip_page.of_nothing(web_shell.read(), MISSING), 404, KEPT)
    if not clip_links.is_present(found[0], clip.handle):
        return RedirectResponse(clip.path, 302, KEPT)
    return HTMLResponse(clip_page.of_clip(web_shell.read(), clip, _site(host)), headers=KEPT)


@pages.head("/{handle}/{video_id}/poster.jpg")
@pages.get("/{handle}/{video_id}/poster.jpg")
def show_poster(handle: str, video_id: str) -> Response:  # noqa: ARG001 -- the id alone says which
    """Leads to the picture: its own address carries a token that expires, and this one does not."""
    return RedirectResponse(clips_for_everybody.poster_url(video_id), 302, KEPT)


@router.get("", response_model_exclude_none=True, openapi_extra=declared(core=False))
def embed_clip(
    caller: Reader,
    url: Annotated[str, Query(max_length=2048)],
    format: Literal["json"] = "json",  # noqa: A002, ARG001 -- a name of oEmbed's
    maxwidth: Pixels = None,
    maxheight: Pixels = None,
    host: Host = "",
) -> Embedding:
    """What another site shows for the link of a clip that everybody may watch: https://oembed.com. The frame has the
    clip's proportions and is no larger than `maxwidth` and `maxheight`, in pixels; the picture is left out where it is
    larger. There is no format xml."""
    video_id = _clip_of(url, host)
    if caller.user_id:
        access.check_can_view(video_id, caller.user_id)
    clip = clips_for_everybody.find(video_id)
    framed = config().embedding == "on"
    return Embedding.model_validate(embedding.of_clip(clip, _site(host), (maxwidth, maxheight), framed=framed))


def _clip_of(url: str, host: str) -> str:
    """The id in a clip's link, which must be whole, and of this site if the edge named it. Spaces around it, which come
    with copying, are left out. Raises VideoNotFound."""
    try:
        parts = urlsplit(url.strip())
    except ValueError as no_address:  # "http://[::1"
        raise VideoNotFound from no_address
    found = clip_links.read(unquote(parts.path))
    known = parts.netloc.lower() == host.lower() if host else bool(parts.netloc)
    if found is None or parts.scheme not in ("http", "https") or not known:
        raise VideoNotFound
    return found[1]


def _site(host: str) -> str:
    """The distribution takes HTTPS alone; a laptop's edge speaks HTTP. Empty where the edge named no host."""
    if not host:
        return ""
    return f"{'http' if host.partition(':')[0] in LAPTOP else 'https'}://{host}"
