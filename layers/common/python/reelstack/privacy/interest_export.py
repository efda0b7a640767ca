"""What a viewer's interests are, for their export: the long-term ones, and those that the cache has by the second.

Keys of interests name creators ("c:<user id>"); those who are not there for the viewer are left out. The cache is
read by plan_export alone, which stands inside the VPC. Where there is no cache (profile `core`), and when it does not
answer, the document is one line that says so: an export does not fail because a cache is away. A value of another
version raises UnknownVersion.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from reelstack.feed import live_signals, scores
from reelstack.feed.live_signals import ViewerSignals
from reelstack.platform import cache, retry
from reelstack.platform.clock import now_ms
from reelstack.platform.telemetry import count, logger
from reelstack.privacy import personal_data
from reelstack.videos import access

ATTEMPTS, PAUSE_SECONDS, TIMEOUT_SECONDS = 3, 0.5, 2.0
AT_ONCE = 100
NO_CACHE, NO_ANSWER = "this-stage-has-no-cache", "the-cache-did-not-answer"
Line = dict[str, Any]


def read_long_term(user_id: str) -> Iterator[Line]:
    for profile in personal_data.viewer_profile(user_id):
        interests = dict(profile.interests or {})
        kept = _tellable(interests, user_id)
        line = {name: getattr(profile, name) for name in ("as_of", "region", "language", "totals")}
        yield {name: value for name, value in line.items() if value is not None} | {
            "interests": {key: interests[key] for key in interests if key in kept}
        }


def read_live(user_id: str) -> Iterator[Line]:
    """A line for each interest, strongest first, with its score at `as_of`; then one for each clip watched last."""
    now = now_ms()
    signals = _signals(user_id, now) if cache.address() else NO_CACHE
    if isinstance(signals, str):
        yield {"left_out": {"reason": signals}}
        return
    kept = _tellable({*signals.session, *signals.interest}, user_id)
    for half_life, interests in (("session", signals.session), ("interest", signals.interest)):
        for key in sorted(interests, key=lambda one: (-abs(interests[one]), one)):
            if key in kept:
                yield {"interest": key, "half_life": half_life, "score": interests[key], "as_of": now}
    for (video_id, share), at in zip(signals.watched, signals.watched_at, strict=True):
        yield {"video_id": video_id, "watched_at": at, "watched_share": share}


def _signals(user_id: str, now: int) -> ViewerSignals | str:
    import valkey

    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        try:
            with cache.binary(TIMEOUT_SECONDS) as client:
                return live_signals.read_viewer(client, user_id, now)
        except valkey.exceptions.ValkeyError as error:
            logger.warning("the cache did not answer", error=str(error))
            count("CacheDown")
    return NO_ANSWER


def _tellable(keys: Iterable[str], user_id: str) -> set[str]:
    """Those that name nobody, or somebody who is there for the viewer."""
    named = sorted(key for key in keys if key.startswith(scores.CREATOR))
    found = set(keys) - set(named)
    for start in range(0, len(named), AT_ONCE):
        page = [key.removeprefix(scores.CREATOR) for key in named[start : start + AT_ONCE]]
        found |= {scores.CREATOR + one for one in access.filter_present(page, user_id)}
    return found
