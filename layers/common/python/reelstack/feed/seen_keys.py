"""Seen keys: where the cache has what a viewer was shown (feed.seen). Pure, without NumPy: who erases it has none."""

PERIOD_DAYS = 14
KEPT_SECONDS = 2 * PERIOD_DAYS * 24 * 3600
_PERIOD_MS = PERIOD_DAYS * 24 * 3600 * 1000


def keys(viewer_id: str, now_ms: int) -> tuple[str, str]:
    """Of the present period, and of the one before."""
    period = now_ms // _PERIOD_MS
    return _key(viewer_id, period), _key(viewer_id, period - 1)


def _key(viewer_id: str, period: int) -> str:
    return f"rs:seen:{{u:{viewer_id}}}:{period}"
