"""What another site is told of a clip by oEmbed 1.0 (https://oembed.com): a frame that plays it, or only a link. Pure.

The frame's page is web/embed.html. What a frame may do is limited twice, here by `sandbox`, which the other site can
leave out, and by the page's own Content-Security-Policy (infra/edge/content_security.py), which it cannot.
"""

from html import escape
from urllib.parse import quote

from reelstack.delivery.clips_for_everybody import Clip

SITE = "Reelstack"
KEPT_SECONDS = 60
ROOM = (640, 720)
"""CSS pixels across and down that a frame fills at most, unless the other site names its own. Most clips stand upright:
720 leave them whole on a laptop's screen."""
UPRIGHT = (9, 16)
"""Proportions of a clip whose own are not known."""
SANDBOX = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"
"""Scripts, for the player; the site's origin, since module scripts, API and media are read with it; and the link to the
clip's page in a tab of its own. No forms, no dialogs, no downloads, and nothing of the page around it."""
ALLOW = "fullscreen; picture-in-picture"

Room = tuple[int | None, int | None]
"""The most pixels across and down; None: as many as are wanted."""


def of_clip(clip: Clip, site: str, room: Room = (None, None), *, framed: bool) -> dict[str, str | int]:
    """The answer for a clip. `framed`: whether it may be played elsewhere at all; only what is public and not archived
    is, everything else that has a page is a link. `site`: scheme and host without a slash at the end."""
    told: dict[str, str | int] = {
        "version": "1.0",
        "type": "link",
        "title": clip.title,
        "author_name": clip.author,
        "provider_name": SITE,
        "provider_url": f"{site}/",
        "cache_age": KEPT_SECONDS,
    }
    if clip.handle:
        told["author_url"] = f"{site}/@{clip.handle}"
    if framed and clip.listed:
        width, height = fitted(clip.width, clip.height, room)
        told |= {"type": "video", "width": width, "height": height, "html": frame(clip, site, width, height)}
    return told | _thumbnail(clip, site, room)


def fitted(width: int | None, height: int | None, room: Room) -> tuple[int, int]:
    """The largest frame with the clip's proportions in that room, in pixels. A side has one pixel at least."""
    across, down = (width, height) if width and height else UPRIGHT
    most_across, most_down = room[0] or ROOM[0], room[1] or ROOM[1]
    if across * most_down > down * most_across:
        return most_across, max(1, most_across * down // across)
    return max(1, most_down * across // down), most_down


def frame(clip: Clip, site: str, width: int, height: int) -> str:
    """The element for the other site's page."""
    told = {
        "src": f"{site}{path(clip.video_id)}",
        "width": str(width),
        "height": str(height),
        "title": clip.title,
        "sandbox": SANDBOX,
        "allow": ALLOW,
        "referrerpolicy": "strict-origin-when-cross-origin",
        "loading": "lazy",
        "style": "border:0",
    }
    attributes = " ".join(f'{name}="{escape(value)}"' for name, value in told.items())
    return f"<iframe {attributes} allowfullscreen></iframe>"


def path(video_id: str) -> str:
    """The page for frames, relative to the site."""
    return f"/embed/{quote(video_id, safe='')}"


def _thumbnail(clip: Clip, site: str, room: Room) -> dict[str, str | int]:
    """Its picture, unless that is larger than the other site has room for."""
    if not (clip.has_poster and clip.width and clip.height):
        return {}
    if any(most is not None and pixels > most for pixels, most in zip((clip.width, clip.height), room, strict=True)):
        return {}
    return {
        "thumbnail_url": site + clip.poster_path,
        "thumbnail_width": clip.width,
        "thumbnail_height": clip.height,
    }
