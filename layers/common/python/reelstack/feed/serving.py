"""Serving: an answer of the feed whatever happens: a computed page, or a ready-made one as bytes.

Ready-made ones are for the level at which nothing is computed, and for what a page did not expect: tables that do not
answer, above all. Such a failure is logged and counted; the viewer gets clips.
"""

from collections.abc import Sequence

from reelstack.degradation import metrics
from reelstack.degradation.levels import Level, Reason
from reelstack.feed import pages, ready_made
from reelstack.feed.pages import FeedPage
from reelstack.feed.plans import Asked
from reelstack.feed.ready_made import OnlyReadyMade
from reelstack.platform.telemetry import count, logger


def answer(asked: Asked, *texts: str | None, tables_answer: bool = True) -> FeedPage | bytes:
    """`texts`: of sessions; the first that is one of ours goes on. `tables_answer` False: they did not a moment ago,
    and nobody knows whether the caller's sign-in is in force."""
    if not tables_answer:
        count(metrics.REASONS[Reason.TABLES_AWAY])
        return _ready_made(asked, texts, tables_answer=False)
    try:
        page = pages.answer(asked, *texts).page
    except OnlyReadyMade:
        return _ready_made(asked, texts, tables_answer=True)
    except Exception:
        logger.exception("no page was made; a ready-made one is served")
        count("FeedPageFailed")
        return _ready_made(asked, texts, tables_answer=False)
    metrics.answered(Level(page.level))
    return page


def _ready_made(asked: Asked, texts: Sequence[str | None], *, tables_answer: bool) -> bytes:
    metrics.answered(Level.READY_MADE)
    return ready_made.answer(asked.asker, texts, asked.limit, tables_answer=tables_answer)
