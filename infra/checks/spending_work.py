# ruff: noqa: E501 -- a table is read across
"""What one request of a user makes the system do, at most: the work behind each route, and of each function that follows.

    ms        of the service's function, warm
    read      DynamoDB read units (4 KB, eventually consistent: half), beside those of every request
    write     DynamoDB write units, those of indexes and transactions (twice) included
    s3        S3 requests of the price of PUT and LIST; of a restore also its own price: 0.20 $ for 1.5 GB and 12 objects,
              expedited, on the first day (videos.archive_prices)
    changes   tables whose streams say so; "-Follow": an item went, or nobody is told: consumers write what their line
              "<function> -" of INVOKED says, else nothing
    events    of the bus, or "avatar": a picture arrived in storage
    a day     what limits the route besides its rate: a quota or a rule

Counted from the code, rounded up; the largest page that a caller can ask for. What a change sets off is not repeated
here: it is read from the catalogue's `streams` and `events`, and priced by INVOKED.
"""

from dataclasses import dataclass

ROUTES = """
route                                                    | ms  | read | write | s3 | changes      | events           | a day
GET /v1/health                                           | 5   | 0    | 0     | 0  |              |                  |
POST /v1/uploads                                         | 150 | 6    | 12    | 2  | Video        |                  | uploads
GET /v1/uploads/{upload_id}                              | 300 | 1    | 0     | 10 |              |                  |
POST /v1/uploads/{upload_id}/parts                       | 150 | 1    | 0     | 0  |              |                  |
POST /v1/uploads/{upload_id}/sign                        | 20  | 1    | 0     | 0  |              |                  |
POST /v1/uploads/{upload_id}/complete                    | 500 | 2    | 2     | 12 |              |                  |
DELETE /v1/uploads/{upload_id}                           | 300 | 1    | 3     | 12 |              |                  |
GET /v1/videos                                           | 95  | 205  | 0     | 0  |              |                  |
GET /v1/videos/{video_id}                                | 25  | 10   | 0     | 0  |              |                  |
PATCH /v1/videos/{video_id}                              | 30  | 1    | 5     | 0  | Video        | VideoWithdrawn VideoListingChanged |
DELETE /v1/videos/{video_id}                             | 30  | 2    | 12    | 0  | Video        | VideoWithdrawn   | uploads
GET /v1/videos/{video_id}/playback                       | 25  | 5    | 0     | 0  |              |                  |
GET /v1/videos/{video_id}/counts                         | 15  | 8    | 0     | 0  |              |                  |
GET /v1/videos/{video_id}/archive                        | 80  | 2    | 0     | 1  |              |                  |
PUT /v1/videos/{video_id}/archive                        | 150 | 4    | 12    | 2  | Video        | ArchiveOrdered VideoListingChanged |
POST /v1/videos/{video_id}/archive/restore               | 150 | 4    | 12    | 40000 | Video     | ArchiveOrdered   |
POST /v1/videos/{video_id}/retry                         | 30  | 2    | 10    | 0  | Video        |                  | uploads
GET /v1/videos/{video_id}/analytics                      | 25  | 14   | 0     | 0  |              |                  |
GET /v1/me/analytics                                     | 25  | 8    | 0     | 0  |              |                  |
GET /v1/oembed                                           | 25  | 8    | 0     | 0  |              |                  |
GET /v1/users/{user_id}/videos                           | 115 | 305  | 0     | 0  |              |                  |
GET /v1/feed                                             | 115 | 313  | 0     | 0  |              |                  |
GET /v1/feed/latest                                      | 115 | 313  | 0     | 0  |              |                  |
GET /v1/feed/following                                   | 165 | 393  | 0     | 0  |              |                  |
GET /v1/feed/hidden                                      | 115 | 313  | 0     | 0  |              |                  |
PUT /v1/feed/hidden/videos/{video_id}                    | 30  | 22   | 34    | 0  | FeedChoices  |                  |
DELETE /v1/feed/hidden/videos/{video_id}                 | 15  | 4    | 17    | 0  | -FeedChoices |                  |
PUT /v1/feed/hidden/creators/{user_id}                   | 30  | 20   | 34    | 0  | FeedChoices  |                  |
DELETE /v1/feed/hidden/creators/{user_id}                | 15  | 4    | 17    | 0  | -FeedChoices |                  |
PUT /v1/feed/hidden/tags/{tag}                           | 15  | 12   | 34    | 0  | FeedChoices  |                  |
DELETE /v1/feed/hidden/tags/{tag}                        | 15  | 8    | 17    | 0  | -FeedChoices |                  |
GET /v1/me/interests                                     | 15  | 8    | 0     | 0  |              |                  |
PUT /v1/me/interests                                     | 15  | 0    | 17    | 0  | -FeedChoices |                  |
POST /v1/events                                          | 300 | 150  | 25    | 0  |              | plays streamed   |
PUT /v1/videos/{video_id}/like                           | 15  | 2    | 5     | 0  | Like         |                  |
DELETE /v1/videos/{video_id}/like                        | 15  | 2    | 3     | 0  | -Like        |                  |
GET /v1/videos/{video_id}/likes                          | 15  | 4    | 0     | 0  |              |                  |
GET /v1/videos/{video_id}/likers                         | 60  | 90   | 0     | 0  |              |                  |
GET /v1/me/likes                                         | 105 | 305  | 0     | 0  |              |                  |
POST /v1/videos/{video_id}/comments                      | 60  | 22   | 8     | 0  | Comment      |                  |
GET /v1/videos/{video_id}/comments                       | 90  | 180  | 0     | 0  |              |                  |
GET /v1/videos/{video_id}/comments/{comment_id}          | 20  | 12   | 0     | 0  |              |                  |
PATCH /v1/videos/{video_id}/comments/{comment_id}        | 60  | 22   | 4     | 0  | Comment      |                  |
DELETE /v1/videos/{video_id}/comments/{comment_id}       | 20  | 4    | 4     | 0  | -Comment     |                  |
GET /v1/videos/{video_id}/comments/{comment_id}/replies  | 70  | 130  | 0     | 0  |              |                  |
PUT /v1/videos/{video_id}/comments/{comment_id}/like     | 15  | 4    | 4     | 0  | CommentLike  |                  |
DELETE /v1/videos/{video_id}/comments/{comment_id}/like  | 15  | 4    | 2     | 0  | -CommentLike |                  |
PUT /v1/videos/{video_id}/pin/{comment_id}               | 15  | 4    | 2     | 0  |              |                  |
DELETE /v1/videos/{video_id}/pin                         | 15  | 2    | 1     | 0  |              |                  |
PUT /v1/videos/{video_id}/bookmark                       | 15  | 4    | 2     | 0  | Bookmark     |                  |
DELETE /v1/videos/{video_id}/bookmark                    | 15  | 2    | 2     | 0  | -Bookmark    |                  |
GET /v1/me/bookmarks                                     | 105 | 305  | 0     | 0  |              |                  |
PUT /v1/videos/{video_id}/shares/{channel}               | 15  | 4    | 2     | 0  | Share        |                  |
PUT /v1/videos/{video_id}/report                         | 20  | 4    | 3     | 0  | Report       |                  |
PUT /v1/videos/{video_id}/comments/{comment_id}/report   | 20  | 6    | 3     | 0  | Report       |                  |
PUT /v1/users/{user_id}/follow                           | 30  | 6    | 6     | 0  | Follow       | FollowChanged    |
DELETE /v1/users/{user_id}/follow                        | 20  | 2    | 4     | 0  | -Follow      | FollowEnded      |
GET /v1/users/{user_id}/follow                           | 15  | 4    | 0     | 0  |              |                  |
GET /v1/users/{user_id}/followers                        | 60  | 90   | 0     | 0  |              |                  |
GET /v1/users/{user_id}/following                        | 60  | 90   | 0     | 0  |              |                  |
GET /v1/me/follow-requests                               | 60  | 90   | 0     | 0  |              |                  |
PUT /v1/me/follow-requests/{user_id}                     | 20  | 2    | 4     | 0  | Follow       | FollowChanged    |
DELETE /v1/me/follow-requests/{user_id}                  | 20  | 2    | 4     | 0  | -Follow      | FollowEnded      |
DELETE /v1/me/followers/{user_id}                        | 20  | 2    | 4     | 0  | -Follow      | FollowEnded      |
PUT /v1/users/{user_id}/block                            | 30  | 42   | 10    | 0  | -Follow -Block | FollowEnded    |
DELETE /v1/users/{user_id}/block                         | 15  | 39   | 2     | 0  | -Block       |                  |
GET /v1/me/blocks                                        | 40  | 80   | 0     | 0  |              |                  |
POST /v1/videos/{video_id}/appeal                        | 30  | 4    | 12    | 0  | Video        |                  | uploads
GET /v1/search/videos                                    | 95  | 255  | 0     | 0  |              |                  |
GET /v1/search/users                                     | 80  | 110  | 0     | 0  |              |                  |
GET /v1/me                                               | 15  | 1    | 1     | 0  |              |                  |
PATCH /v1/me                                             | 15  | 1    | 4     | 0  | User         | AccountNarrowed AccountOpened AccountListingChanged |
PUT /v1/me/handle                                        | 30  | 3    | 10    | 0  | User         |                  |
DELETE /v1/me/handle                                     | 30  | 2    | 6     | 0  | User         |                  |
POST /v1/me/avatar                                       | 20  | 1    | 1     | 1  | User         | avatar           |
DELETE /v1/me/avatar                                     | 20  | 1    | 1     | 1  | User         |                  |
POST /v1/me/password                                     | 900 | 16   | 103   | 0  | User         | password         |
GET /v1/me/sessions                                      | 30  | 15   | 0     | 0  |              |                  |
DELETE /v1/me/sessions                                   | 200 | 15   | 100   | 0  |              |                  |
DELETE /v1/me/sessions/{session_id}                      | 15  | 1    | 1     | 0  |              |                  |
GET /v1/users/{user_id}                                  | 15  | 4    | 0     | 0  |              |                  |
POST /v1/me/export                                       | 60  | 1    | 2     | 0  |              |                  |
GET /v1/me/export                                        | 20  | 1    | 0     | 0  |              |                  |
DELETE /v1/me                                            | 60  | 2    | 6     | 0  | User         | AccountNarrowed  | once
GET /v1/me/notifications                                 | 80  | 220  | 0     | 0  |              |                  |
GET /v1/me/notifications/unread                          | 30  | 60   | 0     | 0  |              |                  |
PUT /v1/me/notifications/read                            | 15  | 1    | 1     | 0  |              |                  |
POST /v1/me/connection                                   | 15  | 0    | 2     | 0  |              | connected        |
GET /v1/me/notification-preferences                      | 15  | 1    | 0     | 0  |              |                  |
PUT /v1/me/notification-preferences                      | 15  | 1    | 4     | 0  |              |                  |
GET /v1/me/mutes                                         | 30  | 60   | 0     | 0  |              |                  |
PUT /v1/me/mutes/{user_id}                               | 15  | 2    | 1     | 0  |              |                  |
DELETE /v1/me/mutes/{user_id}                            | 15  | 1    | 1     | 0  |              |                  |
GET /v1/me/devices                                       | 15  | 2    | 0     | 0  |              |                  |
PUT /v1/me/devices/{device_id}                           | 150 | 4    | 2     | 0  |              |                  |
DELETE /v1/me/devices/{device_id}                        | 100 | 2    | 1     | 0  |              |                  |
"""
QUOTAS = ("", "uploads", "once")
"""`uploads`: a video is deleted, or tried again, once for each that was begun."""
FOLLOWS = {
    "avatar": ("make_avatar",),
    "connected": ("websocket",),
    "password": ("end_sign_ins",),
    "plays": ("count_plays",),
    "streamed": ("archive_events",),
}
"""What follows that no event of the bus tells. A forgotten password, which Cognito's mails limit, is priced with each
that is changed. Behavior events are priced as if each request's had an object of the archive of their own."""


@dataclass(frozen=True)
class Work:
    """Of one invocation; the fields are as in ROUTES. `pushes` to phones and connections, `edge` requests to the
    KeyValueStore, `minutes` that a connection stays open, `pictures` that Rekognition looks at, `streamed_kb`
    through the stream of behavior events."""

    ms: int
    read: float = 0
    write: float = 0
    s3: float = 0
    pushes: int = 0
    edge: int = 0
    minutes: int = 0
    pictures: int = 0
    streamed_kb: int = 0
    sets_off: tuple[str, ...] = ()
    """Functions that its messages and events invoke, beside what the catalogue says."""


INVOKED: dict[str, Work] = {
    "publish_video_events": Work(30, write=2, sets_off=("notify",)),
    "invalidate_user_cache": Work(20),
    "index_search": Work(80, read=3),
    "count_interactions": Work(60, read=3, write=4),
    "notify": Work(250, read=40, write=2, pushes=30),
    # An act is taken out of two inboxes at most, or two blocks are noted.
    "notify -": Work(60, read=12, write=10),
    "notify FollowEnded": Work(60, read=8, write=10),
    "open_reviews": Work(60, read=60, write=12),
    "send_table_events": Work(40, read=3),
    # Its reads and writes are added from the settings: a whole timeline.
    "update_timelines": Work(600, read=20),
    "withdraw_video": Work(2000, read=4, write=3, s3=150, sets_off=("write_denials",)),
    # A thousand videos, fifty to a message.
    "withdraw_video AccountNarrowed": Work(3000, read=2000, sets_off=("write_denials AccountNarrowed",) * 20),
    "accept_follow_requests": Work(60, read=10),  # what it accepts is paid for by who asked
    # Thirty renditions: their tags are read and set, or they are restored and copied back, a notice for each.
    "move_archives": Work(3000, read=8, write=8, s3=160),
    # A shard is read and written. A process that has just begun asks for version and ring, too: in a day of 288 such
    # processes that is less than what the rate allows at two requests.
    "write_denials": Work(400, edge=2),
    # A thousand videos: 82 requests list the store, and 22 are its version, the ring and the writes, 50 shards each.
    "write_denials AccountNarrowed": Work(800, edge=6),
    # It looks into the index; taking a clip out of all of forty lists is what staff and owners do to hot clips only.
    "update_hot_lists": Work(150, read=8, s3=4),
    "update_hot_lists AccountNarrowed": Work(300, read=220, s3=4),
    "update_hot_lists AccountListingChanged": Work(300, read=220, s3=4),
    "make_avatar": Work(2000, read=1, write=1, s3=3, pictures=1),
    "end_sign_ins": Work(400, read=16, write=102),
    "websocket": Work(60, read=4, write=3, minutes=120),
    # 25 plays: two writes of a transaction for each, as many for their videos' counters, and the day's sum.
    "count_plays": Work(150, write=102),
    # A hundred events: 128 KiB as they were sent, and a kilobyte more for each.
    "archive_events": Work(40, s3=1, streamed_kb=228),
}
"""What follows requests of a user, each at its worst; behind a blank, the event for which it is another work."""
PER_VIDEO = ("start_production", "compose_upload", "fan_out_video")
"""Invoked for each video that is begun or published; priced as rows of their own in infra/checks/spending.py. Steps of machines are bounded
by `creator_dollars_per_day`, one export a day and one erasure."""
BY_STAFF_OR_CLOCK = (
    *(
        "rotate_signing_keys",
        "warm_edge",
        "start_profiles",
        "start_tiering",
        "reconcile_production",
        "start_erasures",
        "erase_deleted_videos",
        "restore_video",
        "measure_interests",
    ),
    *("receive_mediaconvert_event", "receive_rekognition_result"),
    "write_overload_flag",
)
"""Invoked by a schedule, by staff, or by an engine about a production that is priced already; or, six times a minute at
most, by the level of the whole stage."""
