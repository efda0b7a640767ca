"""Who is told what at each route: one row per route of the catalogue, one column per way of not being the right one.

    no token     asked without one                        other role   with the next lower role than the route wants
    expired      asked with one that has expired          other owner  with the right role, for something of another's
    private      the same, when that is private           blocked      the same, when its owner blocked the caller
    suspended    by a caller whose account is suspended

    -   does not apply: everybody has the role, or nothing there has an owner
    ?   to be filled in with the feature it is about

The gateway refuses the first two before a service hears of them; services refuse the first all the same.
"""

from dataclasses import dataclass

COLUMNS = ("no token", "expired", "other role", "other owner", "private", "blocked", "suspended")
LATER, NEVER = "?", "-"

TABLE = """
route                                    | no token | expired | other role | other owner | private | blocked | suspended
-----------------------------------------|----------|---------|------------|-------------|---------|---------|----------
GET /v1/health                           | 200      | 200     | -          | -           | -       | -       | -
POST /v1/uploads                         | 401      | 401     | 403        | -           | -       | -       | ?
GET /v1/uploads/{upload_id}              | 401      | 401     | 403        | 403         | -       | -       | ?
POST /v1/uploads/{upload_id}/parts       | 401      | 401     | 403        | 403         | -       | -       | ?
POST /v1/uploads/{upload_id}/sign        | 401      | 401     | 403        | 403         | -       | -       | ?
POST /v1/uploads/{upload_id}/complete    | 401      | 401     | 403        | 403         | -       | -       | ?
DELETE /v1/uploads/{upload_id}           | 401      | 401     | 403        | 403         | -       | -       | ?
GET /v1/videos                           | 401      | 401     | -          | -           | -       | -       | ?
GET /v1/videos/{video_id}                | 401      | 401     | -          | 200         | 403     | ?       | ?
PATCH /v1/videos/{video_id}              | 401      | 401     | -          | 403         | 403     | ?       | ?
DELETE /v1/videos/{video_id}             | 401      | 401     | -          | 403         | 403     | ?       | ?
GET /v1/videos/{video_id}/playback       | 401      | 401     | -          | 200         | 403     | ?       | ?
POST /v1/videos/{video_id}/retry         | 401      | 401     | -          | 403         | 403     | ?       | ?
GET /v1/feed                             | 401      | 401     | -          | -           | -       | ?       | ?
PUT /v1/videos/{video_id}/like           | 401      | 401     | -          | 204         | 403     | ?       | ?
DELETE /v1/videos/{video_id}/like        | 401      | 401     | -          | 204         | 204     | ?       | ?
GET /v1/videos/{video_id}/likes          | 401      | 401     | -          | 200         | 403     | ?       | ?
GET /v1/me/likes                         | 401      | 401     | -          | -           | -       | -       | ?
GET /v1/reviews                          | 401      | 401     | 403        | -           | -       | -       | ?
GET /v1/reviews/{video_id}               | 401      | 401     | 403        | 200         | 200     | ?       | ?
POST /v1/reviews/{video_id}/claim        | 401      | 401     | 403        | 200         | 200     | ?       | ?
DELETE /v1/reviews/{video_id}/claim      | 401      | 401     | 403        | 204         | 204     | ?       | ?
POST /v1/videos/{video_id}/verdict       | 401      | 401     | 403        | 200         | 200     | ?       | ?
POST /v1/videos/{video_id}/takedown      | 401      | 401     | 403        | 200         | 200     | ?       | ?
POST /v1/videos/{video_id}/appeal        | 401      | 401     | 403        | 403         | 403     | ?       | ?
GET /v1/videos/{video_id}/audit          | 401      | 401     | 403        | 200         | 200     | ?       | ?
POST /v1/remoderations                   | 401      | 401     | 403        | -           | -       | -       | ?
GET /v1/production                       | 401      | 401     | 403        | -           | -       | -       | ?
GET /v1/production/dead                  | 401      | 401     | 403        | -           | -       | -       | ?
POST /v1/production/redrive              | 401      | 401     | 403        | -           | -       | -       | ?
POST /v1/production/reencode             | 401      | 401     | 403        | -           | -       | -       | ?
POST /v1/videos/{video_id}/produce       | 401      | 401     | 403        | 202         | 202     | ?       | ?
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
