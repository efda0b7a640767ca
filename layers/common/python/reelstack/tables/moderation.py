"""What people report, what a moderator is asked, and who did what."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from reelstack.tables.model import Deployed, Table


class ReportsBySubject(GlobalSecondaryIndex["Report"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    reported_at = NumberAttribute(range_key=True)


class Report(Table):
    """What somebody finds wrong with a video or a comment. One a person and thing: they cannot add to it."""

    class Meta(Deployed):
        field = "reports_table"
        stream = "NEW_AND_OLD_IMAGES"

    reporter_id = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    """<video>, or <video>/<comment>."""
    reason = UnicodeAttribute()
    """One of moderation.reports.Reason."""
    detail = UnicodeAttribute(null=True)
    reported_at = NumberAttribute()

    by_subject = ReportsBySubject()


class ReviewsByAge(GlobalSecondaryIndex["Review"]):  # type: ignore[no-untyped-call]
    """Open reviews, the oldest first. Sparse: only these have a `queue`."""

    class Meta:
        index_name = "by_age"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    asked_at = NumberAttribute(range_key=True)


class ReviewsBySeverity(GlobalSecondaryIndex["Review"]):  # type: ignore[no-untyped-call]
    """Open reviews, read backwards: the highest score first, of equals the oldest."""

    class Meta:
        index_name = "by_severity"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    urgency = NumberAttribute(range_key=True)


class Review(Table):
    """What a person is asked about a video: the last question, open while it has a `queue`. Earlier ones are in the
    audit log."""

    class Meta(Deployed):
        field = "reviews_table"

    video_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    queue = UnicodeAttribute(null=True)
    kind = UnicodeAttribute()
    """One of moderation.review_queue.Kind: who asks."""
    attempt = NumberAttribute()
    asked_at = NumberAttribute()
    urgency = NumberAttribute()
    labels: JSONAttribute = JSONAttribute(default=dict)
    appeal = UnicodeAttribute(null=True)
    """The creator's text."""
    judged_by = UnicodeAttribute(null=True)
    """Who gave the verdict that is appealed against, if it was a person: somebody else decides now."""
    held_by = UnicodeAttribute(null=True)
    held_until = NumberAttribute(null=True)
    reports = NumberAttribute(null=True)
    """How many people had reported the video when this was asked, or since."""
    decision = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)

    by_age = ReviewsByAge()
    by_severity = ReviewsBySeverity()


class Strike(Table):
    """That a creator's video was rejected, or taken down. One a video: its latest. It outlives the video, so that who
    deletes what was rejected does not clear their record, and ends by itself."""

    class Meta(Deployed):
        field = "strikes_table"
        stream = "KEYS_ONLY"
        ttl = "expires_at"

    creator_id = UnicodeAttribute(hash_key=True)
    video_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    """One of classification.creator_record.Kind."""
    at = NumberAttribute()
    expires_at = NumberAttribute()


class AuditEntry(Table):
    """Who did what to what, when and why. Functions may add entries; none may change or delete one."""

    class Meta(Deployed):
        field = "audit_table"
        ttl = "expires_at"

    subject = UnicodeAttribute(hash_key=True)
    """"<kind>:<id>", e.g. "video:9f2c": reelstack.audit_log.Kind."""
    entry_id = UnicodeAttribute(range_key=True)
    """Rises with time."""
    at = NumberAttribute()
    actor = UnicodeAttribute()
    """A user id; `machine` for engines, `policy` for thresholds that changed."""
    action = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    before: JSONAttribute = JSONAttribute(default=dict)
    after: JSONAttribute = JSONAttribute(default=dict)
    expires_at = NumberAttribute(null=True)
