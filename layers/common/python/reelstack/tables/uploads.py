"""What creators upload, and how much of it on a day."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from reelstack.tables.model import Deployed, Table


class Upload(Table):
    """An upload, bound to its owner, object key and S3 upload id, none of which a client ever names."""

    class Meta(Deployed):
        field = "uploads_table"
        ttl = "expires_at"

    upload_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    video_id = UnicodeAttribute()
    key = UnicodeAttribute()
    s3_upload_id = UnicodeAttribute()
    size_bytes = NumberAttribute()
    part_size_bytes = NumberAttribute()
    mode = UnicodeAttribute(default="parts")
    """One of uploads.parts.Mode."""
    content_type = UnicodeAttribute()
    sha256 = UnicodeAttribute(null=True)
    crc64nvme = UnicodeAttribute(null=True)
    """Of the whole original, base64, as storage verified it when its parts were joined."""
    request_hash = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    created_at = NumberAttribute()
    expires_at = NumberAttribute(null=True)


class Usage(Table):
    """What a creator has uploaded on a `day` (UTC, 2026-11-23); under `day` "open" the uploads not completed yet."""

    class Meta(Deployed):
        field = "usage_table"
        ttl = "expires_at"

    owner_id = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    uploads = NumberAttribute(null=True)
    size_bytes = NumberAttribute(null=True)
    microdollars = NumberAttribute(null=True)
    """What the creator's productions that ended on the day are estimated to have cost."""
    open_uploads = UnicodeSetAttribute(null=True)
    expires_at = NumberAttribute(null=True)
