"""Productions: which were started, wait, hold a slot or run at an engine, and what was spent."""

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from reelstack.tables.model import Deployed, Table


class LeasesByAge(GlobalSecondaryIndex["Lease"]):  # type: ignore[no-untyped-call]
    """The leases of a pool, the oldest first: a reconciler that sees so many a run begins with those."""

    class Meta:
        index_name = "by_age"
        projection = KeysOnlyProjection()

    pool = UnicodeAttribute(hash_key=True)
    taken_at = NumberAttribute(range_key=True)


class Lease(Table):
    """A running production's place among the settable number of slots. The item `#count` holds how many are taken."""

    class Meta(Deployed):
        field = "leases_table"

    pool = UnicodeAttribute(hash_key=True)
    execution = UnicodeAttribute(range_key=True)
    upload_id = UnicodeAttribute(null=True)
    owner_id = UnicodeAttribute(null=True)
    priority = UnicodeAttribute(null=True)
    microdollars = NumberAttribute(null=True)
    """What the execution is estimated to cost, once probe has seen the file."""
    planned: JSONAttribute = JSONAttribute(null=True)
    """What probe planned: production.progress.Planned."""
    segments_made = NumberSetAttribute(null=True)
    """Numbers of the segments whose renditions are made; a set, so that a step that comes again counts once."""
    taken_at = NumberAttribute(null=True)
    held = NumberAttribute(null=True)
    seen_up_to = UnicodeAttribute(null=True)
    """Of a pool's item `#cursor`: how far in `by_age` the reconciler has come, as a cursor of platform.cursors."""

    by_age = LeasesByAge()


class EngineJob(Table):
    """What a managed engine (MediaConvert, Rekognition) was asked for a production, and the production that waits."""

    class Meta(Deployed):
        field = "engine_jobs_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    """<service>-<upload>-<attempt>"""
    task_token = UnicodeAttribute(null=True)
    """The state machine's callback token of the step that waits."""
    job_id = UnicodeAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    """How the job ended: "done" or "failed"; none while it runs."""
    error = UnicodeAttribute(null=True)
    detail = UnicodeAttribute(null=True)
    output: JSONAttribute = JSONAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class BacklogEntry(Table):
    """An order in the line, and per order (`priority` = "#orders", `place` = its execution) that it waits."""

    class Meta(Deployed):
        field = "backlog_table"

    priority = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    """<round>#<arrival>#<execution>: sorts by turn."""
    waits_at = UnicodeAttribute(null=True)
    """Of an item of "#orders": the order's `place`."""
    upload_id = UnicodeAttribute(null=True)
    owner_id = UnicodeAttribute(null=True)
    attempt = NumberAttribute(null=True)
    renditions: ListAttribute[str] = ListAttribute(default=list)
    arrived_at = NumberAttribute(null=True)
    failures = NumberAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    """Why it could not be started the last time."""
    not_before = NumberAttribute(null=True)


class Turn(Table):
    """How far the line is. `key` is "<priority>#now" (the present round), "<priority>/<creator>" (the round of that
    creator's latest order) or "#dispatcher" (who drains, who rang, and whose turn it is between priorities)."""

    class Meta(Deployed):
        field = "turns_table"
        ttl = "expires_at"

    key = UnicodeAttribute(hash_key=True)
    round = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    dispatcher = UnicodeAttribute(null=True)
    dispatcher_until = NumberAttribute(null=True)
    wake_ups = NumberAttribute(null=True)
    high = NumberAttribute(null=True)
    normal = NumberAttribute(null=True)


class Spending(Table):
    """What the productions that ended on a day (UTC, YYYY-MM-DD) are estimated to have cost."""

    class Meta(Deployed):
        field = "spending_table"
        ttl = "expires_at"

    day = UnicodeAttribute(hash_key=True)
    microdollars = NumberAttribute(default=0)
    productions = NumberAttribute(default=0)
    expires_at = NumberAttribute(null=True)


class Claim(Table):
    """That an upload's production was started, kept for good: the same event again finds it here."""

    class Meta(Deployed):
        field = "claims_table"

    upload_id = UnicodeAttribute(hash_key=True)
    video_id = UnicodeAttribute()
    attempt = NumberAttribute()
    started = BooleanAttribute(default=False)
    claimed_at = NumberAttribute()
    task_token = UnicodeAttribute(null=True)
    """The callback token of an execution of version 0.2.0 that waits for a person (moderation.task_tokens)."""
    decision = UnicodeAttribute(null=True)
    decision_reason = UnicodeAttribute(null=True)
    decision_tries = NumberAttribute(null=True)
    """How often carrying the decision out has failed and was begun again."""
    decided_by = UnicodeAttribute(null=True)
