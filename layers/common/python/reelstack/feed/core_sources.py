"""Core sources: what a stage without engines (profile `core`) shows beside the hot list, from its tables.

A source that fails proposes nothing and is counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from reelstack.feed import core_page, timelines
from reelstack.feed.filters import Excluded
from reelstack.feed.ranked_page import Choice
from reelstack.feed.trace import Trace
from reelstack.feed.viewer_context import ViewerContext
from reelstack.platform.telemetry import count, logger
from reelstack.tables.videos import Video
from reelstack.videos import listings

MOST = 10
"""Of each: their items are read to be proposed, and once more to be shown."""


def page(listed: Sequence[Choice], context: ViewerContext, excluded: Excluded, trace: Trace) -> list[Choice]:
    """With what is in the hot list, as it is left for this viewer."""
    viewer_id = context.asker.viewer_id
    asked: dict[str, Callable[[], Iterable[Video]]] = {core_page.FRESH: lambda: listings.feed(viewer_id, MOST, None)[0]}
    if viewer_id:
        asked[core_page.FOLLOWING] = lambda: timelines.read(viewer_id, MOST, None)[0]
    found = {name: _choices(name, ask, excluded, trace) for name, ask in asked.items()}
    made = core_page.mixed({core_page.HOT: listed, **found})
    several = len(listed) + sum(map(len, found.values()))
    trace.passed("mix", several, {"duplicate": several - len(made)})
    return made


def _choices(name: str, ask: Callable[[], Iterable[Video]], excluded: Excluded, trace: Trace) -> list[Choice]:
    try:
        videos = list(ask())
    except Exception as error:
        logger.warning("a source of the feed failed", source=name, error=str(error))
        count("FeedSourceFailed")
        trace.late.append(name)
        return []
    refused = [excluded.refusal(one.video_id, one.owner_id, one.tags, one.language or "") for one in videos]
    trace.proposed[name] = len(videos)
    trace.passed("filters", len(videos), Counter(filter(None, refused)))
    return [
        Choice(one.video_id, one.owner_id, tuple(one.tags), name)
        for one, reason in zip(videos, refused, strict=True)
        if not reason
    ]
