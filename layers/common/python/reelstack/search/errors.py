"""Refusals of search and of the reindex."""

from reelstack.errors import Conflict, NotFound, Unavailable, Unprocessable


class SearchDisabled(NotFound):
    """Not 503: no waiting helps a stage of profile `core`, which has no search engine."""

    type, title = "search-disabled", "This stage has no search"


class ReindexEnded(Conflict):
    type, title = "reindex-ended", "This rebuild has ended, or another one has taken its place"


class SearchEmpty(Unprocessable):
    type, title = "search-empty", "Say what to look for: words, or a tag"


class SearchUnavailable(Unavailable):
    type, title = "search-unavailable", "Search does not answer; everything else does"
    retry_after = 5
