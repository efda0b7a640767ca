"""Uploads as clients leave them: complete, and not produced yet."""

import uuid

from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads.priorities import Priority


def complete_upload(priority: Priority, owner: str) -> Upload:
    """An upload with its video, both stored; no event says so yet."""
    name = uuid.uuid4().hex
    upload = Upload(
        name,
        owner_id=owner,
        video_id=f"v-{name}",
        key=f"originals/{priority}/{name}",
        s3_upload_id="s3",
        size_bytes=10,
        part_size_bytes=10,
        content_type="video/mp4",
        state="completed",
        created_at=1,
    )
    upload.save()
    Video(upload.video_id, owner_id=owner, title="t", state="uploading", upload_id=name, created_at=1).save()
    return upload
