"""The events that follow from a changed item of a video, a follow or an account. Pure: a stream record in, events out.

A change that means nothing outside gives no event."""

from reelstack.events import (
    AccountListingChanged,
    AccountNarrowed,
    AccountOpened,
    AnyEvent,
    ArchiveOrdered,
    ArchiveRestored,
    FollowChanged,
    FollowEnded,
    ProductionRequested,
    RestoreGranted,
    VideoListingChanged,
    VideoPublished,
    VideoRefused,
    VideoWithdrawn,
)
from reelstack.platform.stream_records import Image, StreamRecord
from reelstack.videos.audiences import Account, Audience, narrower
from reelstack.videos.videos import ArchiveState, State

REFUSALS = (State.REJECTED, State.FAILED)
GONE = (State.DELETED, State.REJECTED)


def read(record: StreamRecord) -> list[AnyEvent]:
    """The events of one stream record (view NEW_AND_OLD_IMAGES)."""
    before, after = record.old, record.new
    if not after:
        return []
    video_id, state, was = after["video_id"], after.get("state"), before.get("state")
    owner_id = after.get("owner_id", "")
    found: list[AnyEvent] = []
    # The first attempt is ordered by the event of the uploaded object, which comes without an answer to the client too.
    if state == State.QUEUED and was not in (State.QUEUED, State.UPLOADING):
        found.append(_order(after, "attempt", "priority"))
    if "reencode_attempt" in after and after["reencode_attempt"] != before.get("reencode_attempt"):
        found.append(_order(after, "reencode_attempt", "reencode_priority"))
    if state == State.PUBLISHED and was != State.PUBLISHED:
        found.append(VideoPublished(video_id=video_id, owner_id=owner_id, published_at=int(after["published_at"])))
    if state == State.RESTORING and was != State.RESTORING:
        found.append(RestoreGranted(video_id=video_id))
    found += _of_archive(before, after)
    if _withdrawn(before, after):
        found.append(VideoWithdrawn(video_id=video_id, owner_id=owner_id, state=after["state"]))
    elif state == was == State.PUBLISHED and _is_in_lists(before) != _is_in_lists(after):
        found.append(VideoListingChanged(video_id=video_id, owner_id=owner_id))
    if state in REFUSALS and was != state:
        found.append(VideoRefused(video_id=video_id, owner_id=owner_id, state=state, reason=after.get("reason", "")))
    return found


def _of_archive(before: Image, after: Image) -> list[AnyEvent]:
    """What an archive's change asks for, and that a published video is back. An archived video that is published again
    has its objects where an appeal left them: they are put away once more."""
    kind, was = after.get("archive_state"), before.get("archive_state")
    video_id, is_published = after["video_id"], after.get("state") == State.PUBLISHED
    asked = kind in (ArchiveState.ARCHIVING, ArchiveState.RESTORING) and kind != was
    republished = kind and is_published and before.get("state") == State.RESTORING
    if asked or republished:
        return [ArchiveOrdered(video_id=video_id)]
    if was == ArchiveState.RESTORING and not kind and is_published:
        restored_at = int(after["restored_at"])
        return [ArchiveRestored(video_id=video_id, owner_id=after["owner_id"], restored_at=restored_at)]
    return []


def _order(after: Image, attempt: str, priority: str) -> ProductionRequested:
    only = after.get("reencode_renditions") if attempt == "reencode_attempt" else None
    return ProductionRequested(
        upload_id=after["upload_id"],
        video_id=after["video_id"],
        attempt=int(after[attempt]),
        priority=after.get(priority) or "normal",
        renditions=tuple(only.split(",")) if only else (),
    )


def ended(record: StreamRecord) -> str | None:
    """The id of a video whose open review has become pointless with this record: deleted, or its production failed."""
    ends = (State.DELETED, State.FAILED)
    ended = record.new.get("state") in ends and record.old.get("state") not in ends
    return record.new["video_id"] if ended else None


def read_follow(record: StreamRecord) -> list[FollowChanged | FollowEnded]:
    """The same of a follow's item."""
    before, after = record.old, record.new
    if not after:
        return [
            FollowEnded(
                follower_id=before["follower_id"],
                followee_id=before["followee_id"],
                state=before["state"],
                since=int(before["since"]),
            )
        ]
    if after["state"] == before.get("state"):
        return []
    return [
        FollowChanged(
            follower_id=after["follower_id"],
            followee_id=after["followee_id"],
            state=after["state"],
            accepted=bool(before),
            since=int(after["since"]),
        )
    ]


def read_account(record: StreamRecord) -> list[AccountNarrowed | AccountOpened | AccountListingChanged]:
    """The same of a user's item: that fewer than before may see what the account has, that everybody may, or that who
    asked to follow it need not wait any more. An account that was gone and comes back open has also let go of what
    waited for it."""
    before, after = record.old, record.new
    if not after:
        return []
    found: list[AccountNarrowed | AccountOpened | AccountListingChanged] = []
    if _account(after).width < _account(before).width:
        found.append(AccountNarrowed(user_id=after["user_id"]))
    if before and _asks(before) and not _asks(after):
        found.append(AccountOpened(user_id=after["user_id"]))
    if before and _is_listed(_account(after)) and not _is_listed(_account(before)):
        found.append(AccountListingChanged(user_id=after["user_id"]))
    return found


def _is_listed(account: Account) -> bool:
    return account.open and not account.gone


def _asks(image: Image) -> bool:
    """Whether requests to follow wait, for an answer or for the account to come back."""
    return bool(image.get("private")) or _account(image).gone


def _account(image: Image) -> Account:
    """Who has no item yet is open."""
    private, friends_only = bool(image.get("private")), bool(image.get("friends_only"))
    return Account(private, friends_only, gone="suspended_at" in image or "deleted_at" in image)


def _is_in_lists(image: Image) -> bool:
    return bool(image.get("visibility", Audience.PUBLIC) == Audience.PUBLIC and not image.get("archive_state"))


def _withdrawn(before: Image, after: Image) -> bool:
    state, was = after.get("state"), before.get("state")
    if state in GONE:
        return was not in GONE or before.get("leftovers") != after.get("leftovers")
    seen, seen_before = after.get("visibility", Audience.PUBLIC), before.get("visibility", Audience.PUBLIC)
    if was != State.PUBLISHED or seen_before == Audience.PRIVATE:
        return False
    return state != State.PUBLISHED or narrower(seen_before, seen)
