"""All tables: what infra builds. Functions import the modules of the nouns that they need."""

from pynamodb.models import Model

from reelstack.tables.accounts import Handle, Session, User
from reelstack.tables.behavior import WatchPosition
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.tables.feed import FeedChoices, LargeAccount, TimelineEntry, ViewerProfile
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Pin, Share
from reelstack.tables.moderation import AuditEntry, Report, Review, Strike
from reelstack.tables.notifications import Connection, ConnectionTicket, Device, Notification, NotificationPreference
from reelstack.tables.privacy import DataRequest
from reelstack.tables.production import BacklogEntry, Claim, EngineJob, Lease, Spending, Turn
from reelstack.tables.social import Block, Follow
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video
from reelstack.tables.web import IdempotencyRecord, RateWindow

TABLES: tuple[type[Model], ...] = (
    *(Video, Upload, Usage, Claim, Lease, EngineJob, BacklogEntry, Turn, Spending, Review, Strike, AuditEntry),
    *(Like, Comment, CommentLike, Pin, Bookmark, Share, Report, Counter, DailyPlays),
    WatchPosition,
    *(Follow, Block, TimelineEntry, LargeAccount, ViewerProfile, FeedChoices),
    *(User, Handle, Session, RateWindow, IdempotencyRecord),
    DataRequest,
    *(Notification, NotificationPreference, Device, Connection, ConnectionTicket),
)
