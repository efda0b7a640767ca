"""Keeping search in step: what the tables say now of a video or a person, written into the indexes.

It is read anew each time, consistently, so records may come twice, late and in any order: search.indexes.
"""

from collections.abc import Collection, Iterable
from itertools import islice

from reelstack.platform.clock import now_ms
from reelstack.platform.stream_records import StreamRecord
from reelstack.search import documents, indexes
from reelstack.search.documents import Document, SearchKind, ViewerInterests
from reelstack.tables.accounts import User
from reelstack.tables.feed import ViewerProfile
from reelstack.tables.videos import Video
from reelstack.videos import strikes
from reelstack.videos.audiences import Account

AT_ONCE = 100
DECIDING = ("private", "friends_only", "suspended_at", "deleted_at")
"""What of an account decides whether its videos can be found."""
OF_VIEWERS = {"personalised": True, "suspended_at": None, "deleted_at": None}
"""What of an account decides whether its viewer document may be kept, with its value where the item does not say."""


def follow(records: Collection[StreamRecord]) -> list[StreamRecord]:
    """Indexes what stream records of videos and users are about. Returns the records whose item an index did not take.
    Raises SearchUnavailable."""
    by_creator = {key: record for record in records if (key := record.keys.get("creator_id"))}
    if by_creator:
        return [by_creator[key] for key in index_creators(by_creator)] + follow(
            [record for record in records if "creator_id" not in record.keys]
        )
    by_video = {key: record for record in records if (key := record.keys.get("video_id"))}
    by_user = {key: record for record in records if (key := record.keys.get("user_id"))}
    failed = [by_video[key] for key in index_videos(by_video)] if by_video else []
    failed += [by_user[key] for key in index_people(by_user)] if by_user else []
    ended = {record.keys["user_id"] for record in records if "user_id" in record.keys and _ends_viewer(record)}
    failed += [by_user[key] for key in forget_viewers(ended)] if ended else []
    moved = {record.keys["user_id"] for record in records if "user_id" in record.keys and _decides(record)}
    return failed + [by_user[owner_id] for owner_id in sorted(moved) if index_videos_of(owner_id)]


def _decides(record: StreamRecord) -> bool:
    """Whether with this record an account's videos may have become ones to be found, or ceased to be."""
    return any(record.old.get(name, False) != record.new.get(name, False) for name in DECIDING)


def _ends_viewer(record: StreamRecord) -> bool:
    return any(record.old.get(name, usual) != record.new.get(name, usual) for name, usual in OF_VIEWERS.items())


def index_videos(video_ids: Collection[str]) -> set[str]:
    """Returns the ids that an index did not take. Raises SearchUnavailable."""
    version = now_ms()
    names = indexes.fed(SearchKind.VIDEOS)
    found = list(Video.batch_get(list(video_ids), consistent_read=True))
    return indexes.write(names, dict.fromkeys(video_ids) | documents_of_videos(found), version)


def index_people(user_ids: Collection[str]) -> set[str]:
    """Returns the ids that an index did not take. Raises SearchUnavailable."""
    version = now_ms()
    names = indexes.fed(SearchKind.USERS)
    found = list(User.batch_get(list(user_ids), consistent_read=True))
    return indexes.write(names, dict.fromkeys(user_ids) | documents_of_people(found), version)


def index_videos_of(owner_id: str) -> set[str]:
    """All of somebody's videos, because whether they can be found has changed with their account."""
    # By creation, not by publication: what is just being published has been in that index for long.
    video_ids = (video.video_id for video in Video.by_owner.query(owner_id, page_size=AT_ONCE))
    failed: set[str] = set()
    while some := list(islice(video_ids, AT_ONCE)):
        failed |= index_videos(some)
    return failed


def index_creators(creator_ids: Collection[str]) -> set[str]:
    """Returns the ids that an index did not take. Raises SearchUnavailable."""
    version = now_ms()
    return indexes.write(indexes.fed(SearchKind.CREATORS), documents_of_creators(creator_ids), version)


def documents_of_creators(creator_ids: Iterable[str]) -> dict[str, Document | None]:
    now = now_ms()
    return {one: documents.of_creator(one, strikes.read(one), now) for one in creator_ids}


def index_viewers(rows: Collection[ViewerInterests]) -> set[str]:
    """Takes a day's rows of the daily profiles. Returns the ids that an index did not take.

    A row of somebody who is not personalised takes what is there out. Raises SearchUnavailable, or ValueError for a
    row of the future: its version would outlive the viewer's choice.
    """
    now = now_ms()
    if ahead := [row.viewer_id for row in rows if row.computed_at > now]:
        raise ValueError(f"computed in the future: {', '.join(ahead[:3])}")
    names, left, failed = indexes.fed(SearchKind.VIEWERS), iter(rows), set[str]()
    while page := list(islice(left, AT_ONCE)):
        found = _users(row.viewer_id for row in page)
        made = {row.viewer_id: documents.of_viewer(row, found.get(row.viewer_id)) for row in page}
        versions = {row.viewer_id: row.computed_at if made[row.viewer_id] else now for row in page}
        failed |= indexes.write_each(names, made, versions)
    return failed


def forget_viewers(user_ids: Collection[str]) -> set[str]:
    """Takes out viewers whose choice or account does not allow a document any more. Returns those that it could not.

    Raises SearchUnavailable.
    """
    version = now_ms()
    names, found = indexes.named(SearchKind.VIEWERS, fed=True), _users(user_ids)
    gone = [one for one in user_ids if one not in found or not documents.has_viewer_document(found[one])]
    return indexes.write(names, dict.fromkeys(gone), version) if names else set()


def documents_of_viewers(found: Iterable[ViewerProfile]) -> dict[str, Document | None]:
    """By id; None of those whose items do not allow one now. Their version is the end of their last day."""
    now = now_ms()  # on a laptop a day may be loaded that is not over
    page = [
        ViewerInterests(one.viewer_id, one.interests, one.region or "", one.language or "", min(int(one.as_of), now))
        for one in found
    ]
    users = _users(row.viewer_id for row in page)
    return {row.viewer_id: documents.of_viewer(row, users.get(row.viewer_id)) for row in page}


def _users(user_ids: Iterable[str]) -> dict[str, User]:
    wanted = sorted(set(user_ids))
    return {user.user_id: user for user in User.batch_get(wanted, consistent_read=True)} if wanted else {}


def documents_of_videos(found: Iterable[Video]) -> dict[str, Document | None]:
    """By id; owners are read consistently, for a cache may not know yet what the change is about."""
    page = list(found)
    owners = {video.owner_id for video in page}
    known = {user.user_id: _account(user) for user in User.batch_get(list(owners), consistent_read=True)}
    return {video.video_id: documents.of_video(video, known.get(video.owner_id, Account())) for video in page}


def documents_of_people(found: Iterable[User]) -> dict[str, Document | None]:
    return {user.user_id: documents.of_person(user) for user in found}


def _account(user: User) -> Account:
    return Account(bool(user.private), bool(user.friends_only), bool(user.suspended_at or user.deleted_at))
