"""Reelstack for app developers: upload, watch, like and moderate clips over HTTP. Knows no AWS library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reelstack_client.accounts import Account, Accounts, Me, Profile, Session
from reelstack_client.analytics import Analytics
from reelstack_client.audit_log import AuditEntry
from reelstack_client.behavior import Behavior, EventQueue, RefusedEvent, Taken
from reelstack_client.client import Client
from reelstack_client.errors import (
    ClientError,
    Conflict,
    FileChanged,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PartsMissing,
    Refused,
    ServiceFailed,
    SignInFailed,
    TooLarge,
    TooMany,
    Unreachable,
    UploadBroken,
    UploadGone,
    WrongType,
)
from reelstack_client.feed import Feed, FeedPage, Hidden, Interests
from reelstack_client.feed_explanation import ExplainedClip, FeedExplanation
from reelstack_client.interactions import Comment, CommentPage, Interactions, Liked, Likes, Saved, Shared
from reelstack_client.models import Page, UserCard
from reelstack_client.moderation import DecidedVideo, Evidence, Moderation, Remoderation, Review
from reelstack_client.notifications import Notification, Notifications
from reelstack_client.operations import Operations, Recount
from reelstack_client.privacy import Erasure, Export, ExportFile, ExportNotMade, Privacy
from reelstack_client.production import DeadLetter, Production, Reencoded
from reelstack_client.retry import Backoff, Timing
from reelstack_client.search import FoundUser, Reindex, Search
from reelstack_client.sending import Mode, Progress, Sending
from reelstack_client.sign_in import PasswordSignIn
from reelstack_client.social import Blocked, Follower, Relationship, Social
from reelstack_client.tokens import TokenProvider
from reelstack_client.upload_requests import Held, Part, Upload, UploadRequests, Wishes
from reelstack_client.uploads import Uploads
from reelstack_client.videos import FINAL, Notice, NotInTime, Playback, Rendition, Video, Videos

if TYPE_CHECKING:
    from reelstack_client.async_client import AsyncClient, AsyncPasswordSignIn

__all__ = [
    "FINAL",
    "Account",
    "Accounts",
    "Analytics",
    "AsyncClient",
    "AsyncPasswordSignIn",
    "AuditEntry",
    "Backoff",
    "Behavior",
    "Blocked",
    "Client",
    "ClientError",
    "Comment",
    "CommentPage",
    "Conflict",
    "DeadLetter",
    "DecidedVideo",
    "Erasure",
    "EventQueue",
    "Evidence",
    "ExplainedClip",
    "Export",
    "ExportFile",
    "ExportNotMade",
    "Feed",
    "FeedExplanation",
    "FeedPage",
    "FileChanged",
    "Follower",
    "FoundUser",
    "Held",
    "Hidden",
    "Interactions",
    "Interests",
    "Invalid",
    "Liked",
    "Likes",
    "Me",
    "Mode",
    "Moderation",
    "NotAllowed",
    "NotFound",
    "NotInTime",
    "NotSignedIn",
    "Notice",
    "Notification",
    "Notifications",
    "Operations",
    "Page",
    "Part",
    "PartsMissing",
    "PasswordSignIn",
    "Playback",
    "Privacy",
    "Production",
    "Profile",
    "Progress",
    "Recount",
    "Reencoded",
    "Refused",
    "RefusedEvent",
    "Reindex",
    "Relationship",
    "Remoderation",
    "Rendition",
    "Review",
    "Saved",
    "Search",
    "Sending",
    "ServiceFailed",
    "Session",
    "Shared",
    "SignInFailed",
    "Social",
    "Taken",
    "Timing",
    "TokenProvider",
    "TooLarge",
    "TooMany",
    "Unreachable",
    "Upload",
    "UploadBroken",
    "UploadGone",
    "UploadRequests",
    "Uploads",
    "UserCard",
    "Video",
    "Videos",
    "Wishes",
    "WrongType",
]


def __getattr__(name: str) -> Any:
    """AsyncClient and AsyncPasswordSignIn, once they are asked for."""
    if not name.startswith("Async"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from reelstack_client import async_client

    return getattr(async_client, name)
