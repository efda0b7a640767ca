"""What the middleware of every HTTP service keeps: rates, and responses under an Idempotency-Key."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from reelstack.tables.model import Deployed, Table


class RateWindow(Table):
    """How many requests a caller has made in one window of time, where no cache counts them: web.rate_limits."""

    class Meta(Deployed):
        field = "rate_windows_table"
        ttl = "expires_at"
        # A request must not wait for what only counts it.
        connect_timeout_seconds = 0.5
        read_timeout_seconds = 0.5
        max_retry_attempts = 0

    window = UnicodeAttribute(hash_key=True)
    """"<whose>#<number of the window>", e.g. "user:ann#593210"."""
    taken = NumberAttribute()
    expires_at = NumberAttribute()


class IdempotencyRecord(Table):
    """What a POST with an Idempotency-Key was answered. Powertools writes these items; here is what it calls things."""

    class Meta(Deployed):
        field = "idempotency_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute()
    request_hash = UnicodeAttribute()
    answer = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
    answering_until = NumberAttribute(null=True)
    """Unix milliseconds; later, an answer that never came is not waited for any more."""
