"""Warm events: what a clip that becomes visible, or stops being it, means to newcomers and to warm lists.

An event says that something changed; what holds now is asked of the tables. So the same event again, late or out of
order, writes what is right. A store that fails raises, and the event comes again.
"""

from itertools import islice

from reelstack.feed import newcomers, public_clips, warm_lists, warm_stores
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.videos import listings

OF_AN_ACCOUNT = 200
"""Newest clips of an account that opens or closes which are noted one by one; the daily catalogue has the others, and
each answer looks at owners once more."""


def published(video_id: str) -> int:
    """Returns how many clips are newcomers by it."""
    noted = _note([video_id])
    warm_lists.make_early()
    return noted


def video_changed(video_id: str) -> int:
    """It was withdrawn, or may be listed from now on, or not any more. Returns how many lists it was in and left."""
    _note([video_id])
    return _take_out([video_id])


def account_changed(owner_id: str) -> int:
    """It narrowed, or is for everybody now. Returns in how many lists clips of it were that are so no more."""
    since = now_ms() - newcomers.KEPT_SECONDS * 1000
    places = islice(listings.published(owner_id, None, OF_AN_ACCOUNT), OF_AN_ACCOUNT)
    _note([video_id for published_at, video_id in places if published_at >= since])
    return _take_out(warm_stores.read_index().of_owner(owner_id))


def _note(video_ids: list[str]) -> int:
    """In the cache, where there is one: without, no process has an item table."""
    if not cache.address():
        return 0
    public = public_clips.of(video_ids)
    for video_id in video_ids:
        if video_id in public:
            newcomers.add(public_clips.facts(public[video_id]))
        else:
            newcomers.withdraw(video_id)
    return len(public)


def _take_out(video_ids: list[str]) -> int:
    index = warm_stores.read_index()
    listed = [one for one in video_ids if one in index.listed]
    gone = set(listed) - set(public_clips.of(listed))
    regions = {region for one in gone for region in index.listed[one][1]}
    warm_stores.withdraw(gone, regions)
    return len(regions)
