"""Reasons: why a clip is on a page, as a code for programs and a sentence for people. Pure."""

from pydantic import BaseModel


class FeedReason(BaseModel):
    code: str
    """One of "followed", "taste", "long-term-taste", "similar", "similar-viewers", "trending", "new", "popular",
    "exploration" and "repeated"."""
    says: str
    """In English; a client that speaks another language goes by the code and `about`."""
    about: str | None = None
    """The tag or the id of the clip that speaks for it."""


_OF_SOURCE: dict[str, tuple[str, str, str]] = {
    "following": ("followed", "You follow its creator", ""),
    "search": ("long-term-taste", "It fits what you have liked for a long time, or picked", ""),
    "interests": ("taste", "It fits what you like", "You watched clips about #{} lately, or picked it"),
    "similar": ("similar", "It is like clips you watched", "It is like a clip you watched"),
    "viewers": ("similar-viewers", "People with a taste like yours finish it", ""),
    "trending": ("trending", "Many watch it near you now", "#{} is trending near you"),
    "fresh": ("new", "It is new", ""),
    "newest": ("new", "It is one of the newest", ""),
    "hot": ("popular", "Many finish it these days", ""),
    "quiet": ("exploration", "Its creator is seldom shown", ""),
    "random": ("exploration", "Shown by chance, to find out who likes it", ""),
}


def of(source: str, about: str | None, *, explores: bool, repeated: bool) -> list[FeedReason]:
    code, says, says_about = _OF_SOURCE.get(source, ("popular", "Many watch it", ""))
    found = [FeedReason(code=code, says=says_about.format(about) if about and says_about else says, about=about)]
    if explores and code != "exploration":
        found.append(FeedReason(code="exploration", says="Each new clip is shown to some, to find out who likes it"))
    if repeated:
        found.append(FeedReason(code="repeated", says="You have seen all there is, so it comes again"))
    return found
