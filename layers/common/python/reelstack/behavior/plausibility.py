"""What a client says about times, held against the server's clock. Pure; all times are unix milliseconds."""

DAY_MS = 24 * 3600 * 1000
OLDEST_MS = 7 * DAY_MS
"""A phone that was offline keeps its events about so long. What claims to be older is dated so old."""
MAX_SPEED = 2.0
"""At which players play."""
GOOD_CLOCK_MS = 10_000
"""A clock that is wrong by less is taken as right; the way of a request is in it, too."""
SLACK_MS = 2000
"""A player counts in steps, and a receipt is dated before its answer arrives."""
MOST_ROUNDS = 30
"""Through one clip that count of a view, and of a viewer's day: a clip that plays on alone is watched by nobody."""
USUAL_LENGTH_MS = 60_000
"""Of a clip that does not say its length."""


def event_time(client_at: int, sent_at: int, received_at: int) -> int:
    """When an event happened by the server's clock: the client's clock is as wrong at `client_at` as it is at
    `sent_at`. Never after its arrival, and at most OLDEST_MS before it."""
    return min(received_at, max(received_at - OLDEST_MS, client_at + received_at - sent_at))


def lasting_event_time(client_at: int, sent_at: int, received_at: int) -> int:
    """The same, but equal each time that one batch comes if the client's clock is good: event_time follows how long
    each request was on its way."""
    is_good = abs(received_at - sent_at) <= GOOD_CLOCK_MS
    return event_time(client_at, received_at if is_good else sent_at, received_at)


def can_have_watched(watched_ms: int, served_at: int, received_at: int) -> bool:
    """Whether so much of a clip can have been played between its answer and the arrival of the event. The event's own
    time is not asked: a client could date it as late as it likes."""
    return watched_ms <= (received_at - served_at + SLACK_MS) * MAX_SPEED


def most_watched_ms(duration_ms: int) -> int:
    """What counts at most of a clip of this length. Without a receipt nothing else bounds what a client says."""
    return MOST_ROUNDS * (duration_ms or USUAL_LENGTH_MS)
