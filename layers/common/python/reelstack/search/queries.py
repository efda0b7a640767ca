"""What is asked of the search indexes. Pure: words in, a request's body out.

Results come by relevance, of equals the newest first, and the id makes the order total.
"""

from typing import Any

from reelstack.search.documents import plain_tag

Body = dict[str, Any]
SECONDS = "1s"
"""How long a shard may look; what it has found by then is the answer."""
ORDER = {"videos": ("published_at", "video_id"), "users": ("created_at", "user_id")}


def videos(words: str, tag: str | None, start: int, size: int) -> Body:
    """Videos that have every one of the words in their title, description or tags; the last one may be unfinished."""
    # The second is how documents had it before accents were folded; they are as old as their last change or reindex.
    spellings = sorted({plain_tag(tag), tag.strip().lstrip("#").casefold()}) if tag else []
    query: Body = {"filter": [{"terms": {"tags": spellings}}]} if tag else {}
    if words:
        whole = {"type": "cross_fields", "operator": "and", "fields": ["title^3", "tags.words^2", "description"]}
        begun = {"type": "bool_prefix", "operator": "and", "fields": ["title^2", "tags.words"]}
        query["should"] = [{"multi_match": {"query": words, **how}} for how in (whole, begun)]
        query["minimum_should_match"] = 1
    return _body(query, "videos", start, size)


def users(words: str, start: int, size: int) -> Body:
    """People whose handle begins with the words, or in whose name every one of them is; the last may be unfinished."""
    handle = words.removeprefix("@").lower()
    should: list[Body] = [
        {"term": {"handle": {"value": handle, "boost": 10}}},
        {"prefix": {"handle": {"value": handle, "boost": 5}}},
    ]
    if not words.startswith("@"):
        should += [
            {"match": {"display_name": {"query": words, "operator": "and", "boost": 3}}},
            {"match_bool_prefix": {"display_name": {"query": words, "operator": "and"}}},
        ]
    return _body({"should": should, "minimum_should_match": 1}, "users", start, size)


def _body(query: Body, kind: str, start: int, size: int) -> Body:
    when, name = ORDER[kind]
    return {
        "from": start,
        "size": size,
        "query": {"bool": query},
        "sort": [{"_score": "desc"}, {when: "desc"}, {name: "asc"}],
        "_source": False,
        "track_total_hits": False,
        "timeout": SECONDS,
    }
