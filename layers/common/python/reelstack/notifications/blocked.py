"""What a block does to inboxes: what either of the two did before it is not shown again when the block is taken back.

While it stands, inbox and writers ask the block itself.
"""

from reelstack.notifications import preferences
from reelstack.platform.config import config
from reelstack.platform.stream_records import StreamRecord


def follow(records: list[StreamRecord]) -> None:
    """Notes for both users when the blocks of these stream records stood. Others than blocks' are left alone."""
    for record in records:
        if record.table == config().blocks_table:
            preferences.hide_until(record.keys["user_id"], record.keys["other_id"], _stood_at(record))


def _stood_at(record: StreamRecord) -> int:
    """Of a block that an earlier version set, when it was changed or taken back, to the second."""
    stood_at = (record.new or record.old).get("stood_at")
    return int(stood_at or int(record.raw["dynamodb"].get("ApproximateCreationDateTime", 0)) * 1000)
