"""What is asked of the search indexes. Pure: words in, a request's body out.

Results come by relevance, of equals the newest first, and the id makes the order total.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reelstack.search.documents import plain_tag

Body = dict[str, Any]
SECONDS = "1s"
"""How long a shard may look; what it has found by then is the answer."""
CANDIDATE_TIMEOUT = "150ms"
"""The same for candidates: a feed has other sources, and does not wait for this one."""
UNKNOWN_QUALITY = 0.3
"""Of a clip that no day's profile has seen: about what an ordinary clip has."""
HALVED_AFTER_MS = 3 * 24 * 3600 * 1000
MOST_INTERESTS = 20
NEARBY = 1.5
"""So a clip from the viewer's country stands before one that is two days younger, and far behind one of a tag that the
viewer likes twice as much. Set by hand: the ranker has the country among its features."""
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
    return _body({"bool": query}, "videos", start, size)


@dataclass(frozen=True)
class Wish:
    """What candidates for a viewer should be like."""

    tags: Mapping[str, float]
    """Tag -> how strongly the viewer likes it, above zero. A candidate has one of the MOST_INTERESTS strongest."""
    now_ms: int
    size: int
    languages: tuple[str, ...] = ()
    """Only clips in one of these; "" is one that nobody stated. Empty: in any."""
    regions: tuple[str, ...] = ()
    """The same of regions."""
    near: str = ""
    """A region whose clips count NEARBY times: the viewer's. "": none."""
    published_after_ms: int = 0
    exclude: tuple[str, ...] = field(default=(), repr=False)
    """Ids of videos that the viewer has seen."""


def candidates(wish: Wish) -> Body:
    """Videos by the sum of the weights of their tags, times quality, times a Gaussian of age, times NEARBY.

    The Gaussian is a half at HALVED_AFTER_MS. No term statistics go in: the same documents give the same order on every
    engine and every copy of an index.
    """
    liked_tags = [(tag, weight) for tag, weight in wish.tags.items() if 0 < weight < math.inf]  # JSON has no Infinity
    weights: dict[str, float] = {}
    for tag, weight in sorted(liked_tags, key=lambda one: (-one[1], one[0]))[:MOST_INTERESTS]:
        weights[plain_tag(tag)] = weights.get(plain_tag(tag), 0.0) + weight  # two spellings are one tag
    filters: list[Body] = [{"terms": {"tags": sorted(weights)}}]
    filters += [{"terms": {"language": list(wish.languages)}}] if wish.languages else []
    filters += [{"terms": {"region": list(wish.regions)}}] if wish.regions else []
    filters += [{"range": {"published_at": {"gt": wish.published_after_ms}}}] if wish.published_after_ms else []
    fits: Body = {"filter": filters}
    if wish.exclude:
        fits["must_not"] = [{"ids": {"values": list(wish.exclude)}}]
    liked: Body = {
        "query": {"bool": fits},
        "functions": [{"filter": {"term": {"tags": tag}}, "weight": weight} for tag, weight in weights.items()],
        "score_mode": "sum",
        "boost_mode": "replace",
    }
    age = {"origin": wish.now_ms, "scale": HALVED_AFTER_MS, "decay": 0.5}
    near: list[Body] = [{"filter": {"term": {"region": wish.near}}, "weight": NEARBY}] if wish.near else []
    weighed: Body = {
        "query": {"function_score": liked},
        "functions": [
            {"gauss": {"published_at": age}},
            {"field_value_factor": {"field": "quality", "missing": UNKNOWN_QUALITY}},
            *near,
        ],
        "score_mode": "multiply",
        "boost_mode": "multiply",
    }
    return _body({"function_score": weighed}, "videos", 0, wish.size) | {"timeout": CANDIDATE_TIMEOUT}


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
    return _body({"bool": {"should": should, "minimum_should_match": 1}}, "users", start, size)


def creators(strikes: int, start: int, size: int) -> Body:
    """Creators with at least so many strikes, the most first."""
    body = _body({"bool": {"filter": [{"range": {"strikes": {"gte": strikes}}}]}}, "users", start, size)
    return body | {"sort": [{"strikes": "desc"}, {"latest_at": "desc"}, {"creator_id": "asc"}]}


def _body(query: Body, kind: str, start: int, size: int) -> Body:
    when, name = ORDER[kind]
    return {
        "from": start,
        "size": size,
        "query": query,
        "sort": [{"_score": "desc"}, {when: "desc"}, {name: "asc"}],
        "_source": False,
        "track_total_hits": False,
        "timeout": SECONDS,
    }
