"""Operations: the state of production, redrives and recounts."""

from infra.catalogue.fn import PRODUCTION_QUEUES, PRODUCTION_SLOTS, Fn
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Share
from reelstack.tables.moderation import AuditEntry
from reelstack.tables.production import BacklogEntry, Claim, Lease, Spending
from reelstack.tables.social import Block, Follow
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video

FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "operations",
        "http",
        timeout=29,
        routes=(
            "GET /v1/production",
            "GET /v1/production/dead-letters",
            "POST /v1/production/redrive",
            "POST /v1/production/reencode",
            "POST /v1/videos/{video_id}/produce",
        ),
        reads=(Video, Upload, Lease, BacklogEntry, Spending, Claim, "uploads:originals/"),
        writes=(Video,),
        appends=(AuditEntry,),
        config=(*PRODUCTION_QUEUES, *PRODUCTION_SLOTS),
        calls=(
            "redrive_dead_letters",
            "send_production_messages",
            "count_production_messages",
        ),
    ),
    Fn(
        "recounts",
        "http",
        timeout=29,
        routes=("POST /v1/videos/{video_id}/recount", "POST /v1/users/{user_id}/recount"),
        reads=(Video, User, Like, Comment, CommentLike, Bookmark, Share, Follow, Block, Counter),
        writes=(Counter,),
        deletes=(Follow,),
        appends=(AuditEntry,),
    ),
)
