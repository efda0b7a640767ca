# ruff: noqa: E501 -- a table is read across
"""Who is told what at each route: one row per route of the catalogue, one column per way of asking.

    role             the lowest that the route wants; with "everybody" it wants no token
    own              asked with that role, for something of one's own, or for what has no owner
    another's        the same, for something of another's: ann's, or below /v1/me bob's
    private video    the same, while the video is private           private account   the same, while its owner is
    blocked          the same, across a block, whichever of the two set it
    suspended        by whom own or another's says may do it, while their account is suspended

    204              it is done
    403 role-missing it is refused, with this status and this type of problem
    -                does not apply: nothing there has an owner, or is for some people only

What follows from the role alone has no column: without a token everybody is told 401 token-missing, with an id token or
without the scheme 401 token-invalid, and with the next lower role 403 role-missing. What can be read without a token
stands in ANONYMOUS a second time; there a token that the gateway did not verify is 401 token-invalid, and where the
stage lets nobody read so, no token is 401 token-missing. The gateway refuses who has no token, and alone knows whose
has expired:
tests/cloud/test_bad_input.py asks it for every row.
"""

from dataclasses import dataclass

from reelstack.web import ROLES

COLUMNS = ("own", "another's", "private video", "private account", "blocked", "suspended")
ANONYMOUS_COLUMNS = (
    *("private video, no token", "private account, no token", "suspended account, no token"),
    *("token not verified", "no token, reading off"),
)
EVERYBODY, NEVER = "everybody", "-"

TABLE = """
route                                                    | role      | own                   | another's             | private video      | private account     | blocked               | suspended
---------------------------------------------------------|-----------|-----------------------|-----------------------|--------------------|---------------------|-----------------------|----------------------
POST /v1/uploads                                         | creator   | 201                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/uploads/{upload_id}                              | creator   | 200                   | 404 upload-not-found  | -                  | -                   | -                     | 200
POST /v1/uploads/{upload_id}/parts                       | creator   | 200                   | 404 upload-not-found  | -                  | -                   | -                     | 403 account-suspended
POST /v1/uploads/{upload_id}/sign                        | creator   | 200                   | 404 upload-not-found  | -                  | -                   | -                     | 403 account-suspended
POST /v1/uploads/{upload_id}/complete                    | creator   | 200                   | 404 upload-not-found  | -                  | -                   | -                     | 403 account-suspended
DELETE /v1/uploads/{upload_id}                           | creator   | 204                   | 404 upload-not-found  | -                  | -                   | -                     | 403 account-suspended
GET /v1/videos                                           | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/videos/{video_id}                                | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
PATCH /v1/videos/{video_id}                              | viewer    | 200                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 403 account-suspended
DELETE /v1/videos/{video_id}                             | viewer    | 204                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/playback                       | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
GET /v1/videos/{video_id}/counts                         | viewer    | 200                   | 200                   | 404 video-not-found | 404 video-not-found | 200                   | 200
POST /v1/videos/{video_id}/retry                         | viewer    | 202                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/analytics                      | viewer    | 200                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 200
GET /v1/me/analytics                                     | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/videos/{video_id}/archive                        | viewer    | 200                   | 403 not-your-video    | 404 video-not-found | 404 video-not-found | 404 video-not-found   | 200
PUT /v1/videos/{video_id}/archive                        | viewer    | 202                   | 403 not-your-video    | 404 video-not-found | 404 video-not-found | 404 video-not-found   | 403 account-suspended
POST /v1/videos/{video_id}/archive/restore               | viewer    | 202                   | 403 not-your-video    | 404 video-not-found | 404 video-not-found | 404 video-not-found   | 403 account-suspended
GET /v1/users/{user_id}/videos                           | viewer    | 200                   | 200                   | 200                | 403 account-private | 404 user-not-found    | 200
GET /v1/oembed                                           | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
GET /v1/health                                           | everybody | 200                   | -                     | -                  | -                   | -                     | -
GET /v1/feed                                             | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/feed/latest                                      | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/feed/explanations/{user_id}                      | admin     | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/feed/following                                   | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/feed/hidden                                      | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/feed/hidden/videos/{video_id}                    | viewer    | 204                   | 204                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
DELETE /v1/feed/hidden/videos/{video_id}                 | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
PUT /v1/feed/hidden/creators/{user_id}                   | viewer    | 204                   | 204                   | 204                | 204                 | 404 user-not-found    | 403 account-suspended
DELETE /v1/feed/hidden/creators/{user_id}                | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
PUT /v1/feed/hidden/tags/{tag}                           | viewer    | 204                   | -                     | -                  | -                   | -                     | 403 account-suspended
DELETE /v1/feed/hidden/tags/{tag}                        | viewer    | 204                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/me/interests                                     | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/me/interests                                     | viewer    | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
POST /v1/events                                          | viewer    | 202                   | -                     | -                  | -                   | -                     | 202
PUT /v1/videos/{video_id}/like                           | viewer    | 204                   | 204                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
DELETE /v1/videos/{video_id}/like                        | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
GET /v1/videos/{video_id}/likes                          | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
GET /v1/videos/{video_id}/likers                         | viewer    | 200                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 200
GET /v1/me/likes                                         | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
POST /v1/videos/{video_id}/comments                      | viewer    | 201                   | 201                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/comments                       | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
GET /v1/videos/{video_id}/comments/{comment_id}          | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
PATCH /v1/videos/{video_id}/comments/{comment_id}        | viewer    | 200                   | 403 not-your-comment  | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
DELETE /v1/videos/{video_id}/comments/{comment_id}       | viewer    | 204                   | 403 not-your-comment  | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/comments/{comment_id}/replies  | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 200
PUT /v1/videos/{video_id}/comments/{comment_id}/like     | viewer    | 204                   | 204                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
DELETE /v1/videos/{video_id}/comments/{comment_id}/like  | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
PUT /v1/videos/{video_id}/pin/{comment_id}               | viewer    | 204                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 403 account-suspended
DELETE /v1/videos/{video_id}/pin                         | viewer    | 204                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 403 account-suspended
GET /v1/comments/pending                                 | moderator | 200                   | -                     | -                  | -                   | -                     | 200
POST /v1/videos/{video_id}/comments/{comment_id}/verdict | moderator | 403 own-comment       | 200                   | 200                | 200                 | 200                   | 403 account-suspended
PUT /v1/videos/{video_id}/bookmark                       | viewer    | 204                   | 204                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
DELETE /v1/videos/{video_id}/bookmark                    | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
GET /v1/me/bookmarks                                     | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/videos/{video_id}/shares/{channel}               | viewer    | 200                   | 200                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
PUT /v1/videos/{video_id}/report                         | viewer    | 204                   | 204                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/reports                        | moderator | 200                   | 200                   | 200                | 200                 | 200                   | 200
PUT /v1/videos/{video_id}/comments/{comment_id}/report   | viewer    | 204                   | 204                   | 403 video-private  | 403 account-private | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/comments/{comment_id}/reports  | moderator | 200                   | 200                   | 200                | 200                 | 200                   | 200
PUT /v1/users/{user_id}/follow                           | viewer    | 422 self-relationship    | 200                   | 200                | 200                 | 404 user-not-found    | 403 account-suspended
DELETE /v1/users/{user_id}/follow                        | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
GET /v1/users/{user_id}/follow                           | viewer    | 200                   | 200                   | 200                | 200                 | 404 user-not-found    | 200
GET /v1/users/{user_id}/followers                        | viewer    | 200                   | 200                   | 200                | 403 account-private | 404 user-not-found    | 200
GET /v1/users/{user_id}/following                        | viewer    | 200                   | 200                   | 200                | 403 account-private | 404 user-not-found    | 200
GET /v1/me/follow-requests                               | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/me/follow-requests/{user_id}                     | viewer    | 204                   | 404 request-not-found | 204                | 204                 | 404 request-not-found | 403 account-suspended
DELETE /v1/me/follow-requests/{user_id}                  | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
DELETE /v1/me/followers/{user_id}                        | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
PUT /v1/users/{user_id}/block                            | viewer    | 422 self-relationship    | 204                   | 204                | 204                 | 204                   | 403 account-suspended
DELETE /v1/users/{user_id}/block                         | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
GET /v1/me/blocks                                        | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/reviews                                          | moderator | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/reviews/{video_id}                               | moderator | 200                   | 200                   | 200                | 200                 | 200                   | 200
POST /v1/reviews/{video_id}/claim                        | moderator | 403 own-video         | 200                   | 200                | 200                 | 200                   | 403 account-suspended
DELETE /v1/reviews/{video_id}/claim                      | moderator | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
POST /v1/videos/{video_id}/verdict                       | moderator | 403 own-video         | 200                   | 200                | 200                 | 200                   | 403 account-suspended
POST /v1/videos/{video_id}/takedown                      | moderator | 200                   | 200                   | 200                | 200                 | 200                   | 403 account-suspended
POST /v1/videos/{video_id}/appeal                        | creator   | 202                   | 403 not-your-video    | 403 not-your-video | 403 not-your-video  | 404 video-not-found   | 403 account-suspended
GET /v1/videos/{video_id}/audit                          | moderator | 200                   | 200                   | 200                | 200                 | 200                   | 200
POST /v1/remoderations                                   | admin     | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/production                                       | admin     | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/production/dead-letters                                  | admin     | 200                   | -                     | -                  | -                   | -                     | 200
POST /v1/production/redrive                              | admin     | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
POST /v1/production/reencode                             | admin     | 202                   | -                     | -                  | -                   | -                     | 403 account-suspended
POST /v1/videos/{video_id}/produce                       | admin     | 202                   | 202                   | 202                | 202                 | 202                   | 403 account-suspended
POST /v1/videos/{video_id}/recount                       | admin     | 200                   | 200                   | 200                | 200                 | 200                   | 403 account-suspended
GET /v1/search/videos                                    | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/search/users                                    | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/search/creators                                 | moderator | 200                   | -                     | -                  | -                   | -                     | 200
POST /v1/search/reindex                                  | admin     | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/me                                               | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PATCH /v1/me                                             | viewer    | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
POST /v1/me/password                                     | viewer    | 204                   | -                     | -                  | -                   | -                     | 403 account-suspended
PUT /v1/me/handle                                        | viewer    | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
DELETE /v1/me/handle                                     | viewer    | 204                   | -                     | -                  | -                   | -                     | 403 account-suspended
POST /v1/me/avatar                                       | viewer    | 201                   | -                     | -                  | -                   | -                     | 403 account-suspended
DELETE /v1/me/avatar                                     | viewer    | 204                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/me/sessions                                      | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
DELETE /v1/me/sessions                                   | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
DELETE /v1/me/sessions/{session_id}                      | viewer    | 204                   | 404 session-not-found | -                  | -                   | -                     | 204
GET /v1/users/{user_id}                                  | viewer    | 200                   | 200                   | 200                | 200                 | 404 user-not-found    | 200
POST /v1/me/export                                       | viewer    | 202                   | -                     | -                  | -                   | -                     | 202
GET /v1/me/export                                        | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
DELETE /v1/me                                            | viewer    | 202                   | -                     | -                  | -                   | -                     | 202
GET /v1/users/{user_id}/erasure                          | admin     | 401 session-revoked   | 200                   | 200                | 200                 | 200                   | 200
POST /v1/users/{user_id}/delete                          | admin     | 403 own-account       | 202                   | 202                | 202                 | 202                   | 403 account-suspended
POST /v1/users/{user_id}/recover                         | admin     | 401 session-revoked   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
GET /v1/users/{user_id}/account                          | admin     | 200                   | 200                   | 200                | 200                 | 200                   | 200
POST /v1/users/{user_id}/recount                         | admin     | 200                   | 200                   | 200                | 200                 | 200                   | 403 account-suspended
POST /v1/users/{user_id}/suspend                         | admin     | 403 own-account       | 200                   | 200                | 200                 | 200                   | 403 account-suspended
POST /v1/users/{user_id}/restore                         | admin     | 403 account-suspended | 200                   | 200                | 200                 | 200                   | 403 account-suspended
PUT /v1/users/{user_id}/roles/{role}                     | admin     | 200                   | 200                   | 200                | 200                 | 200                   | 403 account-suspended
DELETE /v1/users/{user_id}/roles/{role}                  | admin     | 403 own-account       | 200                   | 200                | 200                 | 200                   | 403 account-suspended
GET /v1/me/notifications                                 | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
GET /v1/me/notifications/unread                          | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/me/notifications/read                            | viewer    | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
POST /v1/me/connection                                   | viewer    | 201                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/me/notification-preferences                          | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/me/notification-preferences                          | viewer    | 200                   | -                     | -                  | -                   | -                     | 403 account-suspended
GET /v1/me/mutes                                         | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/me/mutes/{user_id}                               | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
DELETE /v1/me/mutes/{user_id}                            | viewer    | 204                   | 204                   | 204                | 204                 | 204                   | 403 account-suspended
GET /v1/me/devices                                       | viewer    | 200                   | -                     | -                  | -                   | -                     | 200
PUT /v1/me/devices/{device_id}                           | viewer    | 200                   | 200                   | -                  | -                   | -                     | 403 account-suspended
DELETE /v1/me/devices/{device_id}                        | viewer    | 204                   | 204                   | -                  | -                   | -                     | 403 account-suspended
GET /v1/users/{user_id}/audit                            | admin     | 200                   | 200                   | 200                | 200                 | 200                   | 200
"""


ANONYMOUS = """
route                                                    | no token | private video, no token | private account, no token | suspended account, no token
---------------------------------------------------------|----------|-------------------------|---------------------------|----------------------------
GET /v1/videos/{video_id}                                | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/videos/{video_id}/playback                       | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/videos/{video_id}/counts                         | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/users/{user_id}/videos                           | 200      | 200                     | 404 user-not-found        | 404 user-not-found
GET /v1/users/{user_id}                                  | 200      | 200                     | 404 user-not-found        | 404 user-not-found
GET /v1/oembed                                           | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/feed                                             | 200      | -                       | -                         | -
GET /v1/feed/latest                                      | 200      | -                       | -                         | -
POST /v1/events                                          | 202      | -                       | -                         | -
GET /v1/videos/{video_id}/likes                          | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/videos/{video_id}/comments                       | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/videos/{video_id}/comments/{comment_id}          | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/videos/{video_id}/comments/{comment_id}/replies  | 200      | 404 video-not-found     | 404 video-not-found       | 404 video-not-found
GET /v1/search/videos                                    | 200      | -                       | -                         | -
GET /v1/search/users                                     | 200      | -                       | -                         | -
"""


@dataclass(frozen=True)
class Row:
    """`role` None: no token is wanted. `expected` holds what stands in each column, and what follows from the role."""

    route: str
    role: str | None
    expected: dict[str, str]
    anonymous: bool = False
    """Whether it can be read without a token, too."""

    @property
    def owner(self) -> str:
        """Whose that is which the path names."""
        return "bob" if " /v1/me" in self.route else "ann"

    @property
    def another(self) -> str:
        return "cyd" if " /v1/me" in self.route else "bob"

    @property
    def rightful(self) -> str:
        """Who may do it: who owns nothing of it, if the route lets them; below /v1/me everybody does what is theirs."""
        return "bob" if done(self.expected["another's"]) else self.owner


def done(cell: str) -> bool:
    return cell.isdigit() and int(cell) < 300


def rows() -> list[Row]:
    head, *lines = _cells(TABLE)
    assert tuple(head) == ("route", "role", *COLUMNS)
    columns, *open_to_all = _cells(ANONYMOUS)
    anonymous = {route: dict(zip(columns[1:], cells, strict=True)) for route, *cells in open_to_all}
    assert set(anonymous) <= {route for route, *_ in lines}
    return [
        _row(route, role, dict(zip(COLUMNS, cells, strict=True)), anonymous.get(route)) for route, role, *cells in lines
    ]


def _cells(table: str) -> list[list[str]]:
    head, _, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [head, *lines]


def _row(route: str, role: str, expected: dict[str, str], anonymous: dict[str, str] | None) -> Row:
    if anonymous:
        wrong = dict.fromkeys(("token not verified", "other token"), "401 token-invalid")
        unread = {"no token, reading off": "401 token-missing", "other role": NEVER}
        return Row(route, role, expected | anonymous | wrong | unread, anonymous=True)
    expected = dict.fromkeys(ANONYMOUS_COLUMNS, NEVER) | expected
    if role == EVERYBODY:
        return Row(route, None, expected | {"no token": expected["own"], "other token": NEVER, "other role": NEVER})
    lower = NEVER if role == ROLES[0] else "403 role-missing"
    told = {"no token": "401 token-missing", "other token": "401 token-invalid", "other role": lower}
    return Row(route, role, expected | told)
