# ruff: noqa: E501 -- a table is read across
"""Who is told what at each route: one row per route of the catalogue, one column per way of not being the right one.

    no token     asked without one                        other role   with the next lower role than the route wants
    expired      asked with one that has expired          other owner  with the right role, for something of another's
    private      the same, when it or its owner is private blocked      the same, when its owner blocked the caller
    suspended    by a caller whose account is suspended

    -   does not apply: everybody has the role, or nothing there has an owner

The gateway refuses the first two before a service hears of them; services refuse the first all the same.
"""

from dataclasses import dataclass

COLUMNS = ("no token", "expired", "other role", "other owner", "private", "blocked", "suspended")
NEVER = "-"

TABLE = """
route                                                    | no token | expired | other role | other owner | private | blocked | suspended
---------------------------------------------------------|----------|---------|------------|-------------|---------|---------|----------
POST /v1/uploads                                         | 401      | 401     | 403        | -           | -       | -       | 403
GET /v1/uploads/{upload_id}                              | 401      | 401     | 403        | 403         | -       | -       | 403
POST /v1/uploads/{upload_id}/parts                       | 401      | 401     | 403        | 403         | -       | -       | 403
POST /v1/uploads/{upload_id}/sign                        | 401      | 401     | 403        | 403         | -       | -       | 403
POST /v1/uploads/{upload_id}/complete                    | 401      | 401     | 403        | 403         | -       | -       | 403
DELETE /v1/uploads/{upload_id}                           | 401      | 401     | 403        | 403         | -       | -       | 403
GET /v1/videos                                           | 401      | 401     | -          | -           | -       | -       | 200
GET /v1/videos/{video_id}                                | 401      | 401     | -          | 200         | 403     | 404     | 200
PATCH /v1/videos/{video_id}                              | 401      | 401     | -          | 403         | 403     | 403     | 403
DELETE /v1/videos/{video_id}                             | 401      | 401     | -          | 403         | 403     | 403     | 403
GET /v1/videos/{video_id}/playback                       | 401      | 401     | -          | 200         | 403     | 404     | 200
POST /v1/videos/{video_id}/retry                         | 401      | 401     | -          | 403         | 403     | 403     | 403
GET /v1/users/{user_id}/videos                           | 401      | 401     | -          | 200         | 403     | 404     | 200
GET /v1/health                                           | 200      | 200     | -          | -           | -       | -       | -
GET /v1/feed                                             | 401      | 401     | -          | -           | -       | -       | 200
GET /v1/feed/following                                   | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/videos/{video_id}/like                           | 401      | 401     | -          | 204         | 403     | 404     | 403
DELETE /v1/videos/{video_id}/like                        | 401      | 401     | -          | 204         | 204     | 204     | 403
GET /v1/videos/{video_id}/likes                          | 401      | 401     | -          | 200         | 403     | 404     | 200
GET /v1/videos/{video_id}/likers                         | 401      | 401     | -          | 403         | 403     | 403     | 403
GET /v1/me/likes                                         | 401      | 401     | -          | -           | -       | -       | 200
POST /v1/videos/{video_id}/comments                      | 401      | 401     | -          | 201         | 403     | 404     | 403
GET /v1/videos/{video_id}/comments                       | 401      | 401     | -          | 200         | 403     | 404     | 200
GET /v1/videos/{video_id}/comments/{comment_id}          | 401      | 401     | -          | 200         | 403     | 404     | 200
PATCH /v1/videos/{video_id}/comments/{comment_id}        | 401      | 401     | -          | 403         | 403     | 404     | 403
DELETE /v1/videos/{video_id}/comments/{comment_id}       | 401      | 401     | -          | 403         | 403     | 404     | 403
GET /v1/videos/{video_id}/comments/{comment_id}/replies  | 401      | 401     | -          | 200         | 403     | 404     | 200
PUT /v1/videos/{video_id}/comments/{comment_id}/like     | 401      | 401     | -          | 204         | 403     | 404     | 403
DELETE /v1/videos/{video_id}/comments/{comment_id}/like  | 401      | 401     | -          | 204         | 204     | 204     | 403
PUT /v1/videos/{video_id}/pin/{comment_id}               | 401      | 401     | -          | 403         | 403     | 403     | 403
DELETE /v1/videos/{video_id}/pin                         | 401      | 401     | -          | 403         | 403     | 403     | 403
GET /v1/comments/waiting                                 | 401      | 401     | 403        | -           | -       | -       | 200
POST /v1/videos/{video_id}/comments/{comment_id}/verdict | 401      | 401     | 403        | 409         | 409     | 409     | 403
PUT /v1/videos/{video_id}/bookmark                       | 401      | 401     | -          | 204         | 403     | 404     | 403
DELETE /v1/videos/{video_id}/bookmark                    | 401      | 401     | -          | 204         | 204     | 204     | 403
GET /v1/me/bookmarks                                     | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/videos/{video_id}/shares/{channel}               | 401      | 401     | -          | 200         | 403     | 404     | 403
PUT /v1/videos/{video_id}/report                         | 401      | 401     | -          | 204         | 403     | 404     | 403
GET /v1/videos/{video_id}/reports                        | 401      | 401     | 403        | 200         | 200     | 200     | 200
PUT /v1/videos/{video_id}/comments/{comment_id}/report   | 401      | 401     | -          | 204         | 403     | 404     | 403
GET /v1/videos/{video_id}/comments/{comment_id}/reports  | 401      | 401     | 403        | 200         | 200     | 200     | 200
PUT /v1/users/{user_id}/follow                           | 401      | 401     | -          | 200         | 200     | 404     | 403
DELETE /v1/users/{user_id}/follow                        | 401      | 401     | -          | 204         | 204     | 204     | 403
GET /v1/users/{user_id}/follow                           | 401      | 401     | -          | 200         | 200     | 404     | 200
GET /v1/users/{user_id}/followers                        | 401      | 401     | -          | 200         | 403     | 404     | 200
GET /v1/users/{user_id}/following                        | 401      | 401     | -          | 200         | 403     | 404     | 200
GET /v1/me/follow-requests                               | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/me/follow-requests/{user_id}                     | 401      | 401     | -          | 404         | -       | -       | 403
DELETE /v1/me/follow-requests/{user_id}                  | 401      | 401     | -          | 204         | -       | -       | 403
DELETE /v1/me/followers/{user_id}                        | 401      | 401     | -          | 204         | -       | -       | 403
PUT /v1/users/{user_id}/block                            | 401      | 401     | -          | 204         | 204     | 204     | 403
DELETE /v1/users/{user_id}/block                         | 401      | 401     | -          | 204         | 204     | 204     | 403
GET /v1/me/blocks                                        | 401      | 401     | -          | -           | -       | -       | 200
GET /v1/reviews                                          | 401      | 401     | 403        | -           | -       | -       | 200
GET /v1/reviews/{video_id}                               | 401      | 401     | 403        | 200         | 200     | 200     | 200
POST /v1/reviews/{video_id}/claim                        | 401      | 401     | 403        | 200         | 200     | 200     | 403
DELETE /v1/reviews/{video_id}/claim                      | 401      | 401     | 403        | 204         | 204     | 204     | 403
POST /v1/videos/{video_id}/verdict                       | 401      | 401     | 403        | 200         | 200     | 200     | 403
POST /v1/videos/{video_id}/takedown                      | 401      | 401     | 403        | 200         | 200     | 200     | 403
POST /v1/videos/{video_id}/appeal                        | 401      | 401     | 403        | 403         | 403     | 403     | 403
GET /v1/videos/{video_id}/audit                          | 401      | 401     | 403        | 200         | 200     | 200     | 200
POST /v1/remoderations                                   | 401      | 401     | 403        | -           | -       | -       | 403
GET /v1/production                                       | 401      | 401     | 403        | -           | -       | -       | 200
GET /v1/production/dead                                  | 401      | 401     | 403        | -           | -       | -       | 200
POST /v1/production/redrive                              | 401      | 401     | 403        | -           | -       | -       | 403
POST /v1/production/reencode                             | 401      | 401     | 403        | -           | -       | -       | 403
POST /v1/videos/{video_id}/produce                       | 401      | 401     | 403        | 202         | 202     | 202     | 403
POST /v1/videos/{video_id}/recount                       | 401      | 401     | 403        | 200         | 200     | 200     | 403
GET /v1/search/videos                                    | 401      | 401     | -          | -           | -       | -       | 422
GET /v1/search/people                                    | 401      | 401     | -          | -           | -       | -       | 422
POST /v1/search/rebuild                                  | 401      | 401     | 403        | -           | -       | -       | 403
GET /v1/me                                               | 401      | 401     | -          | -           | -       | -       | 200
PATCH /v1/me                                             | 401      | 401     | -          | -           | -       | -       | 403
PUT /v1/me/handle                                        | 401      | 401     | -          | -           | -       | -       | 403
DELETE /v1/me/handle                                     | 401      | 401     | -          | -           | -       | -       | 403
POST /v1/me/avatar                                       | 401      | 401     | -          | -           | -       | -       | 403
DELETE /v1/me/avatar                                     | 401      | 401     | -          | -           | -       | -       | 403
GET /v1/me/sessions                                      | 401      | 401     | -          | -           | -       | -       | 200
DELETE /v1/me/sessions                                   | 401      | 401     | -          | -           | -       | -       | 200
DELETE /v1/me/sessions/{session_id}                      | 401      | 401     | -          | -           | -       | -       | 404
GET /v1/users/{user_id}                                  | 401      | 401     | -          | 200         | 200     | 404     | 200
POST /v1/me/export                                       | 401      | 401     | -          | -           | -       | -       | 202
GET /v1/me/export                                        | 401      | 401     | -          | -           | -       | -       | 200
DELETE /v1/me                                            | 401      | 401     | -          | -           | -       | -       | 202
GET /v1/users/{user_id}/erasure                          | 401      | 401     | 403        | 404         | 404     | 404     | 404
POST /v1/users/{user_id}/delete                          | 401      | 401     | 403        | 202         | 202     | 202     | 403
POST /v1/users/{user_id}/recover                         | 401      | 401     | 403        | 204         | 404     | 404     | 403
GET /v1/users/{user_id}/account                          | 401      | 401     | 403        | 200         | 200     | 200     | 200
POST /v1/users/{user_id}/recount                         | 401      | 401     | 403        | 200         | 200     | 200     | 403
POST /v1/users/{user_id}/suspend                         | 401      | 401     | 403        | 200         | 200     | 200     | 403
POST /v1/users/{user_id}/restore                         | 401      | 401     | 403        | 200         | 200     | 200     | 403
PUT /v1/users/{user_id}/roles/{role}                     | 401      | 401     | 403        | 409         | 409     | 409     | 403
DELETE /v1/users/{user_id}/roles/{role}                  | 401      | 401     | 403        | 409         | 409     | 409     | 403
GET /v1/me/notifications                                 | 401      | 401     | -          | -           | -       | -       | 200
GET /v1/me/notifications/unread                          | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/me/notifications/read                            | 401      | 401     | -          | -           | -       | -       | 403
POST /v1/me/connection                                   | 401      | 401     | -          | -           | -       | -       | 403
GET /v1/me/notification-choices                          | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/me/notification-choices                          | 401      | 401     | -          | -           | -       | -       | 403
GET /v1/me/mutes                                         | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/me/mutes/{user_id}                               | 401      | 401     | -          | 204         | 204     | 204     | 403
DELETE /v1/me/mutes/{user_id}                            | 401      | 401     | -          | 204         | 204     | 204     | 403
GET /v1/me/devices                                       | 401      | 401     | -          | -           | -       | -       | 200
PUT /v1/me/devices/{device_id}                           | 401      | 401     | -          | -           | -       | -       | 403
DELETE /v1/me/devices/{device_id}                        | 401      | 401     | -          | -           | -       | -       | 403
GET /v1/users/{user_id}/audit                            | 401      | 401     | 403        | 200         | 200     | 200     | 200
"""


@dataclass(frozen=True)
class Row:
    """`expected` holds what stands in each column."""

    route: str
    expected: dict[str, str]

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    def path(self, **ids: str) -> str:
        return self.route.split(" ")[1].format(**ids)


def rows() -> list[Row]:
    head, _, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    assert tuple(head[1:]) == COLUMNS
    return [Row(line[0], dict(zip(COLUMNS, line[1:], strict=True))) for line in lines]
