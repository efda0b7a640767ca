"""What people asked to be done with all their data."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from reelstack.tables.model import Deployed, Table


class DataRequestsByDue(GlobalSecondaryIndex["DataRequest"]):  # type: ignore[no-untyped-call]
    """Erasures by when they are to begin, or to begin again. Sparse: only these have a `queue`."""

    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class DataRequest(Table):
    """What a person asked to be done with all their data, and how far it is. `kind`: privacy.data_requests.Kind."""

    class Meta(Deployed):
        field = "data_requests_table"
        ttl = "expires_at"

    user_id = UnicodeAttribute(hash_key=True)
    kind = UnicodeAttribute(range_key=True)
    request_id = UnicodeAttribute()
    state = UnicodeAttribute()
    """One of privacy.data_requests.Progress."""
    asked_at = NumberAttribute()
    ended_at = NumberAttribute(null=True)
    finished = UnicodeSetAttribute(null=True)
    """Names of the parts that are done, of `parts` in all."""
    parts = NumberAttribute()
    files: JSONAttribute = JSONAttribute(null=True)
    """Of an export that is done: [{"name", "size_bytes"}]."""
    left: JSONAttribute = JSONAttribute(null=True)
    """Stores in which verification still found something of the user."""
    queue = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    tries = NumberAttribute(default=0)
    """Executions that were started for it."""
    expires_at = NumberAttribute(null=True)

    by_due = DataRequestsByDue()
