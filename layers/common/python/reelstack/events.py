"""What happened, as small types. Past tense, one line each; `publish` puts them on the bus.

Changes reach the bus from the streams of the tables (publish_video_events, invalidate_user_cache, update_timelines),
never by a second write beside them. FeedLevelChanged, which is in no table, comes from the feed.
"""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from reelstack.platform import aws
from reelstack.platform.config import config

SOURCE = "reelstack"
BATCH = 10  # PutEvents takes ten entries


class Event(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProductionRequested(Event):
    """A person or a policy wants this upload produced (again)."""

    name: ClassVar[Literal["ProductionRequested"]] = "ProductionRequested"
    upload_id: str
    video_id: str
    attempt: int
    priority: str = "normal"
    """high, normal or low: which queue it goes to."""
    renditions: tuple[str, ...] = ()
    """Only these are encoded anew, the others taken over from what is played; empty means all."""


class VideoPublished(Event):
    name: ClassVar[Literal["VideoPublished"]] = "VideoPublished"
    video_id: str
    owner_id: str
    published_at: int


class VideoWithdrawn(Event):
    """A video is for fewer people, or nobody, from now on: deleted, rejected, taken down, made private, reviewed anew.

    `state` is the one it had then. Who listens asks the table what holds now.
    """

    name: ClassVar[Literal["VideoWithdrawn"]] = "VideoWithdrawn"
    video_id: str
    owner_id: str
    state: str


class VideoListingChanged(Event):
    """A published video may be in everybody's lists from now on, or may not any more, and is withdrawn from nobody:
    private before and public now, public before and unlisted now, or archived. Who listens asks the table what holds
    now."""

    name: ClassVar[Literal["VideoListingChanged"]] = "VideoListingChanged"
    video_id: str
    owner_id: str


class RestoreGranted(Event):
    """An appeal was granted: the video's objects come back, then the video."""

    name: ClassVar[Literal["RestoreGranted"]] = "RestoreGranted"
    video_id: str


class ArchiveOrdered(Event):
    """A video is to be archived, or to come back from its archive. Who listens asks the table which."""

    name: ClassVar[Literal["ArchiveOrdered"]] = "ArchiveOrdered"
    video_id: str


class ArchiveRestored(Event):
    """A published video can be played again: it came back from its archive, at `restored_at` in unix milliseconds."""

    name: ClassVar[Literal["ArchiveRestored"]] = "ArchiveRestored"
    video_id: str
    owner_id: str
    restored_at: int


class AccountNarrowed(Event):
    """What an account has is for fewer people, or nobody, from now on: private, for friends, suspended, deleted.

    Who listens asks the table what holds now. With `before`, the listener's own word to itself that it has done what
    was published from there on, and where it goes on.
    """

    name: ClassVar[Literal["AccountNarrowed"]] = "AccountNarrowed"
    user_id: str
    before: tuple[int, str] | None = None


class AccountOpened(Event):
    """An account asks nobody any more before they follow it: what waits is accepted, a batch at a time.

    With `after`, the listener's own word to itself how far it has come (social.follows.Place).
    """

    name: ClassVar[Literal["AccountOpened"]] = "AccountOpened"
    user_id: str
    after: tuple[int, int] | None = None


class AccountListingChanged(Event):
    """What an account has may be in everybody's lists from now on: it was private, for friends, or gone before. The
    opposite is AccountNarrowed."""

    name: ClassVar[Literal["AccountListingChanged"]] = "AccountListingChanged"
    user_id: str


class VideoRefused(Event):
    """Production ended without a public video: rejected or failed, with the stored reason's code."""

    name: ClassVar[Literal["VideoRefused"]] = "VideoRefused"
    video_id: str
    owner_id: str
    state: str
    reason: str


class FollowChanged(Event):
    """Somebody follows, or asks to. `state` is one of social.relationships.Following, `since` in unix milliseconds."""

    name: ClassVar[Literal["FollowChanged"]] = "FollowChanged"
    follower_id: str
    followee_id: str
    state: str
    accepted: bool
    """Whether it follows what was asked for before."""
    since: int


class FollowEnded(Event):
    """Somebody follows no more, or asks no more to; as it was until then."""

    name: ClassVar[Literal["FollowEnded"]] = "FollowEnded"
    follower_id: str
    followee_id: str
    state: str
    since: int


class FeedLevelChanged(Event):
    """The feed of the stage has nothing but ready-made answers from now on (level 3), still has not, or has again. Said
    once for all processes (degradation.announcements)."""

    name: ClassVar[Literal["FeedLevelChanged"]] = "FeedLevelChanged"
    level: int
    """0 to 3: the lowest of the deployments that say theirs."""
    at: int
    """Unix milliseconds: of two, the later one holds."""
    refuses_until: int
    """Unix second up to which the edge refuses routes that can wait, unless told otherwise; 0: none is refused."""


AnyEvent = (
    ProductionRequested
    | VideoPublished
    | VideoWithdrawn
    | VideoListingChanged
    | RestoreGranted
    | ArchiveOrdered
    | ArchiveRestored
    | AccountNarrowed
    | AccountOpened
    | AccountListingChanged
    | VideoRefused
    | FollowChanged
    | FollowEnded
    | FeedLevelChanged
)


class BusRefused(RuntimeError):
    """EventBridge took some entries and refused others; the caller's batch comes again."""


def publish(happened: list[AnyEvent]) -> None:
    """Puts events on the bus, ten at a time. Raises BusRefused if any entry was not taken."""
    for start in range(0, len(happened), BATCH):
        answer = aws.client("events").put_events(
            Entries=[
                {
                    "EventBusName": config().bus_name,
                    "Source": SOURCE,
                    "DetailType": event.name,
                    "Detail": event.model_dump_json(),
                }
                for event in happened[start : start + BATCH]
            ]
        )
        if answer["FailedEntryCount"]:
            raise BusRefused(str([entry.get("ErrorCode") for entry in answer["Entries"] if "ErrorCode" in entry]))
