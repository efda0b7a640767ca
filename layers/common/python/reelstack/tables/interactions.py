"""What people do with videos: likes, comments, bookmarks and shares."""

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from reelstack.tables.model import Deployed, Table


class LikesByVideo(GlobalSecondaryIndex["Like"]):  # type: ignore[no-untyped-call]
    """Who likes a video, newest first; spread, since an index that is full refuses the table's writes."""

    class Meta:
        index_name = "by_video"
        projection = AllProjection()

    shard = UnicodeAttribute(hash_key=True)
    liked_at = NumberAttribute(range_key=True)


class Like(Table):
    class Meta(Deployed):
        field = "likes_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)  # spread by user: a hot video must not be a hot partition
    video_id = UnicodeAttribute(range_key=True)
    liked_at = NumberAttribute()
    shard = UnicodeAttribute(null=True)
    """<video>#<n>, n below the video's number of shards at that time."""

    by_video = LikesByVideo()


class CommentsByRank(GlobalSecondaryIndex["Comment"]):  # type: ignore[no-untyped-call]
    """A video's visible comments, read backwards: the most liked first. Sparse: replies have no `rank`."""

    class Meta:
        index_name = "by_rank"
        projection = AllProjection()

    thread = UnicodeAttribute(hash_key=True)
    rank = UnicodeAttribute(range_key=True)


class CommentsByQueue(GlobalSecondaryIndex["Comment"]):  # type: ignore[no-untyped-call]
    """What waits for a moderator, the oldest first. Sparse: only such comments have a `queue`."""

    class Meta:
        index_name = "by_queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    comment_id = UnicodeAttribute(range_key=True)


class CommentsByAuthor(GlobalSecondaryIndex["Comment"]):  # type: ignore[no-untyped-call]
    """What somebody wrote, the oldest first: for their export and their erasure, which read the items themselves."""

    class Meta:
        index_name = "by_author"
        projection = KeysOnlyProjection()

    author_id = UnicodeAttribute(hash_key=True)
    created_at = NumberAttribute(range_key=True)


class Comment(Table):
    """A comment, or a reply to one. `state` is one of interactions.comments.CommentState."""

    class Meta(Deployed):
        field = "comments_table"
        stream = "NEW_AND_OLD_IMAGES"

    thread = UnicodeAttribute(hash_key=True)
    """<video>#<shard> of comments, <video>/<comment> of its replies: a hot video must not be a hot partition."""
    comment_id = UnicodeAttribute(range_key=True)
    """<created_at>-<random>; of a reply <comment it answers>.<its own>. Rises with time."""
    video_id = UnicodeAttribute()
    author_id = UnicodeAttribute()
    """Not there once its author's account was erased and only its thread kept it."""
    state = UnicodeAttribute()
    text = UnicodeAttribute(null=True)
    """None once it is deleted."""
    mentions: ListAttribute[str] = ListAttribute(default=list)
    """Handles, lower case, without their @."""
    created_at = NumberAttribute()
    edited_at = NumberAttribute(null=True)
    deleted_by = UnicodeAttribute(null=True)
    rank = UnicodeAttribute(null=True)
    """<score>#<comment_id>, of interactions.comment_ranking: no two are the same."""
    queue = UnicodeAttribute(null=True)
    """One of interactions.comments.CommentQueue."""
    reports = NumberAttribute(null=True)
    """How many people had reported it when a moderator was last asked."""

    by_rank = CommentsByRank()
    by_queue = CommentsByQueue()
    by_author = CommentsByAuthor()


class Pin(Table):
    """The comment that a video's owner shows before all others."""

    class Meta(Deployed):
        field = "pins_table"

    video_id = UnicodeAttribute(hash_key=True)
    comment_id = UnicodeAttribute()
    pinned_at = NumberAttribute()


class CommentLikesByComment(GlobalSecondaryIndex["CommentLike"]):  # type: ignore[no-untyped-call]
    """Who likes a comment: for counting them again. Spread like a video's likes."""

    class Meta:
        index_name = "by_comment"
        projection = KeysOnlyProjection()

    shard = UnicodeAttribute(hash_key=True)


class CommentLike(Table):
    class Meta(Deployed):
        field = "comment_likes_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    comment = UnicodeAttribute(range_key=True)
    """<video>/<comment>: all that somebody likes below one video is one query."""
    liked_at = NumberAttribute()
    shard = UnicodeAttribute(null=True)
    """<video>/<comment>#<n>, n below comment_ids.SHARDS."""

    by_comment = CommentLikesByComment()


class BookmarksByTime(GlobalSecondaryIndex["Bookmark"]):  # type: ignore[no-untyped-call]
    """What somebody keeps, newest first."""

    class Meta:
        index_name = "by_time"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    saved_at = NumberAttribute(range_key=True)


class BookmarksByVideo(GlobalSecondaryIndex["Bookmark"]):  # type: ignore[no-untyped-call]
    """Who keeps a video: for counting them again, and told to nobody. Spread like its likes."""

    class Meta:
        index_name = "by_video"
        projection = KeysOnlyProjection()

    shard = UnicodeAttribute(hash_key=True)


class Bookmark(Table):
    class Meta(Deployed):
        field = "bookmarks_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    video_id = UnicodeAttribute(range_key=True)
    saved_at = NumberAttribute()
    shard = UnicodeAttribute(null=True)
    """As a like's."""

    by_time = BookmarksByTime()
    by_video = BookmarksByVideo()


class SharesByVideo(GlobalSecondaryIndex["Share"]):  # type: ignore[no-untyped-call]
    """Who shared a video: for counting them again. Spread like its likes."""

    class Meta:
        index_name = "by_video"
        projection = KeysOnlyProjection()

    shard = UnicodeAttribute(hash_key=True)


class Share(Table):
    """That somebody shared a video by some channel: once, however often."""

    class Meta(Deployed):
        field = "shares_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    share = UnicodeAttribute(range_key=True)
    """<video>#<channel>"""
    share_id = UnicodeAttribute()
    """Rides in the link."""
    shared_at = NumberAttribute()
    shard = UnicodeAttribute(null=True)
    """As a like's."""

    by_video = SharesByVideo()
