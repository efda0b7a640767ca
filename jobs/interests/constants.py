"""The constants of the job's SQL, made of reelstack.feed.scores and live_signals, so that each number stands once."""

from collections.abc import Iterable

from reelstack.behavior import stored_event
from reelstack.feed import live_signals, scores

INTEREST_ROW, WATCHED_ROW, WINDOW_ROW, TOTAL_ROW, NEWEST_ROW, START_ROW = (
    *("interest", "watched", "window:", "total", "newest", "start"),
)
"""`kind` of a row that goes to the sink."""
LATE_MS = 10_000
"""How long a window waits for late events, as events.sql says in WATERMARK."""
COUNTED = ("play", "finish", "fast_skip", "like", "hide", "report")
WATCHING = ("progress", "finish", "replay", "skip", "fast_skip", "pause")
CLIENT_TYPES = (
    *("impression", "play", "progress", "finish", "replay", "skip", "pause", "profile_visit", "hide"),
    stored_event.QUALITY,
)
"""Of behavior.client_events, which needs pydantic; a test compares."""
_WINDOWED = "`video_id` <> '' AND `kind` IN ({kinds}) AND NOT (`kind` = 'hide' AND `what` <> 'video')"
_LATE = """SELECT 'late_{seconds}' AS `name` FROM clocked
    WHERE `is_windowed` AND `watermark` >= `at` - MOD(`at`, {slide}) + {size} - 1"""

_HALF = """SELECT `viewer`, `interest`, `weight`, `at`, `received_at`, '{half}' AS `half`,
    CAST({ms} AS BIGINT) AS `half_life_ms`, CAST({epoch_ms} AS BIGINT) AS `epoch_ms` FROM worded"""


def constants() -> dict[str, str]:
    halves = {letter: scores.HALF_LIVES_MS[name] for letter, name in live_signals.HALVES.items()}
    buckets = " ".join(f"WHEN `duration_ms` < {edge} THEN '{n}'" for n, edge in enumerate(scores.DURATION_EDGES_MS))
    in_windows = tuple(dict.fromkeys((*COUNTED, *WATCHING, *live_signals.TRENDING_KINDS)))
    return {
        "fast_skip_ms": str(scores.FAST_SKIP_MS),
        "fast_skip_share": f"{scores.FAST_SKIP_SHARE!r}E0",
        "weight_cases": " ".join(f"WHEN '{kind}' THEN {weight!r}E0" for kind, weight in scores.WEIGHTS.items()),
        "weighted_kinds": names(scores.WEIGHTS),
        "trending_kinds": names(live_signals.TRENDING_KINDS),
        "counted_kinds": names(COUNTED),
        "watching_kinds": names(WATCHING),
        "is_windowed": _WINDOWED.format(kinds=names(in_windows)),
        "quality": stored_event.QUALITY,
        "known_types": names((*CLIENT_TYPES, *stored_event.TABLE_TYPES)),
        "half_selects": "\nUNION ALL\n".join(
            _HALF.format(half=half, ms=ms, epoch_ms=ms * live_signals.EPOCH_HALF_LIVES) for half, ms in halves.items()
        ),
        "epoch_half_lives": str(live_signals.EPOCH_HALF_LIVES),
        "duration_bucket": f"CASE {buckets} ELSE '{len(scores.DURATION_EDGES_MS)}' END",
        "tag": scores.TAG,
        "creator": scores.CREATOR,
        "language": scores.LANGUAGE,
        "duration": scores.DURATION,
        "watched": str(live_signals.WATCHED),
        "late_ms": str(LATE_MS),
        "most_items": str(live_signals.MOST_ITEMS),
        "interest_row": INTEREST_ROW,
        "watched_row": WATCHED_ROW,
        "window_row": WINDOW_ROW,
        "total_row": TOTAL_ROW,
        "newest_row": NEWEST_ROW,
        "start_row": START_ROW,
        "late_selects": "\n    UNION ALL\n    ".join(
            _LATE.format(seconds=seconds, slide=slide * 1000, size=seconds * 1000)
            for seconds, slide in live_signals.WINDOWS_SECONDS.items()
        ),
    }


def names(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
