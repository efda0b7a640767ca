"""All tables: what infra builds. Functions import the modules of the nouns that they need."""

from pynamodb.models import Model

from reelstack.tables.accounts import DataRequest, Handle, IdempotencyRecord, RateWindow, Session, User
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Counter, Like, Pin, Share
from reelstack.tables.moderation import AuditEntry, Report, Review
from reelstack.tables.notifications import Connection, ConnectionTicket, Device, Notification, NotificationPreference
from reelstack.tables.production import BacklogEntry, EngineJob, Lease, Spending, Turn
from reelstack.tables.social import Block, Follow, LargeAccount, TimelineEntry
from reelstack.tables.videos import Claim, Upload, Usage, Video

TABLES: tuple[type[Model], ...] = (
    *(Video, Upload, Usage, Claim, Lease, EngineJob, BacklogEntry, Turn, Spending, Review, AuditEntry),
    *(Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Counter),
    *(Follow, Block, TimelineEntry, LargeAccount),
    *(User, Handle, Session, RateWindow, IdempotencyRecord),
    DataRequest,
    *(Notification, NotificationPreference, Device, Connection, ConnectionTicket),
)
