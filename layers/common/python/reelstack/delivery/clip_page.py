"""The page of a clip: the web app's page with what crawlers and other sites read of the clip in its head. Pure.

The app itself asks the API for the clip, in its user's name. What is written here is the same for everybody, and
says enough where no script runs. Whatever people wrote is escaped; the page's Content-Security-Policy is the app's.
"""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from reelstack.delivery.clips_for_everybody import Clip
from reelstack.delivery.embedding import SITE

TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
MAIN = re.compile(r"(<main\b[^>]*>).*?(</main>)", re.DOTALL)
DESCRIPTION_MOST = 300
BARE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body><main></main></body></html>'
)
"""Where the web app was not published yet."""


@dataclass(frozen=True)
class Told:
    """What stands in place of a clip: for the app in `state`, for people in `title` and `text`. All who ask get the
    same page, so that it says both in both languages."""

    state: str
    title: str
    text: str
    in_arabic: tuple[str, str]


MISSING = Told(
    "missing",
    "There is no such clip",
    "It was never here, or it is not for everybody.",
    ("لا يوجد مقطع كهذا", "لم يكن هنا قط، أو ليس متاحًا للجميع."),
)
REMOVED = Told(
    "removed",
    "This clip was removed",
    "It was here once. Its owner or a moderator took it away.",
    ("أُزيل هذا المقطع", "كان هنا من قبل، ثم أزاله صاحبه أو أحد المشرفين."),
)
SIGN_IN = Told("closed", "Clips", "Sign in to watch.", ("المقاطع", "سجّل الدخول للمشاهدة."))
UNKNOWN = Told(
    "unknown",
    "There is no such page",
    "The address may be mistyped.",
    ("لا توجد صفحة كهذه", "قد يكون في العنوان خطأ."),
)


def of_clip(shell: str, clip: Clip, site: str) -> str:
    """`site`: scheme and host, e.g. https://clips.example.com, without a slash at the end."""
    heading = f"{clip.title} · {clip.author}"
    shown = f"<h2>{escape(clip.title)}</h2><p>{escape(clip.author)}</p>"
    return _filled(shell, heading, _head(clip, site), shown)


def of_nothing(shell: str, told: Told) -> str:
    """A page that says what is not there. No search engine keeps it."""
    head = [_meta("name", "robots", "noindex"), _meta("name", "reelstack:clip", told.state)]
    arabic = _in_words(*told.in_arabic, "كل المقاطع")
    shown = f'{_in_words(told.title, told.text, "All clips")}<div lang="ar" dir="rtl">{arabic}</div>'
    return _filled(shell, f"{told.title} · {SITE}", head, shown)


def _in_words(title: str, text: str, all_clips: str) -> str:
    return f'<h2>{escape(title)}</h2><p>{escape(text)}</p><p><a href="/">{escape(all_clips)}</a></p>'


def _head(clip: Clip, site: str) -> list[str]:
    address = site + clip.path
    description = " ".join(clip.description.split())[:DESCRIPTION_MOST] or f"A clip by {clip.author}"
    asked = urlencode({"url": address, "format": "json"}, quote_via=quote)
    graph = {
        "og:site_name": SITE,
        "og:type": "video.other",
        "og:title": clip.title,
        "og:description": description,
        "og:url": address,
        **({"video:duration": str(clip.seconds)} if clip.seconds else {}),
    }
    card = {"twitter:card": "summary", "twitter:title": clip.title, "twitter:description": description}
    if clip.has_poster:
        picture = site + clip.poster_path
        graph |= {"og:image": picture, "og:image:type": "image/jpeg", "og:image:alt": clip.title}
        card |= {"twitter:card": "summary_large_image", "twitter:image": picture, "twitter:image:alt": clip.title}
    return [
        _meta("name", "description", description),
        f'<link rel="canonical" href="{escape(address)}">',
        f'<link rel="alternate" type="application/json+oembed" href="{escape(f"{site}/v1/oembed?{asked}")}"'
        f' title="{escape(clip.title)}">',
        *(_meta("property", name, value) for name, value in graph.items()),
        *(_meta("name", name, value) for name, value in card.items()),
        *([] if clip.listed else [_meta("name", "robots", "noindex")]),
    ]


def _meta(kind: str, name: str, value: str) -> str:
    return f'<meta {kind}="{escape(name)}" content="{escape(value)}">'


def _filled(shell: str, title: str, head: list[str], shown: str) -> str:
    """Functions as replacements: in a text, `\\1` would mean a group."""
    titled = f"<title>{escape(title)}</title>\n" + "\n".join(head)
    page = TITLE.sub(lambda _: titled, shell or BARE, count=1)
    return MAIN.sub(lambda found: f'{found[1]}<section class="panel">{shown}</section>{found[2]}', page, count=1)
