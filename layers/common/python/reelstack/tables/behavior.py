"""What is kept of the clips that somebody watched, besides the stream of events."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from reelstack.tables.model import Deployed, Table


class WatchPosition(Table):
    """Where a signed-in viewer left a clip. One that was watched to its end has an item too, without `position_ms`: an
    earlier event that comes late must not bring its position back."""

    class Meta(Deployed):
        field = "watch_positions_table"
        ttl = "expires_at"

    viewer_id = UnicodeAttribute(hash_key=True)
    video_id = UnicodeAttribute(range_key=True)
    position_ms = NumberAttribute(null=True)
    seen_at = NumberAttribute()
    """When the viewer was there, unix milliseconds; see behavior.resume."""
    view_id = UnicodeAttribute()
    view_event = UnicodeAttribute()
    """Orders the events of one view: see behavior.resume."""
    expires_at = NumberAttribute()
