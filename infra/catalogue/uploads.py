"""Uploads: creating, signing and completing them, and joining what came in chunks."""

from infra.catalogue.fn import CRT, Fn
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "uploads",
        "http",
        routes=(
            "POST /v1/uploads",
            "GET /v1/uploads/{upload_id}",
            "POST /v1/uploads/{upload_id}/parts",
            "POST /v1/uploads/{upload_id}/sign",
            "POST /v1/uploads/{upload_id}/complete",
            "DELETE /v1/uploads/{upload_id}",
        ),
        reads=(Upload, Usage, Counter, User, "uploads:originals/"),
        writes=(Upload, Usage, Video, "uploads:originals/", "intermediates:chunks/"),
        deletes=("intermediates:chunks/",),
        lists=("intermediates:chunks/",),
        config=(
            "max_upload_bytes",
            "max_open_uploads",
            "max_uploads_per_day",
            "max_upload_bytes_per_day",
            "creator_microdollars_per_day",
            "upload_url_seconds",
            "upload_path",
            "compose_queue_url",
        ),
        calls=("send_compose_queue",),
    ),
    Fn(
        "compose_upload",
        "queue",
        layers=CRT,
        memory=1769,
        timeout=300,
        queue="compose",
        reads=(Upload, "intermediates:chunks/", "uploads:originals/"),
        writes=(Upload, Video, "uploads:originals/"),
        deletes=("intermediates:chunks/",),
        lists=("intermediates:chunks/",),
    ),
)
