"""Web: what every HTTP service is made of. Its service and its routes are in functions/<room>/api/.

app            makes a service of its routers, and its Lambda handler
middleware     what is checked before a request is read: CDN, caller, rate, role, size
access_tokens  which tokens open this API
auth           who asks, and the role that each route declares
route_policy   what else a route declares: body limit, idempotency, audit
addresses      every address of the API with its methods
load_shedding  refuses routes that can wait while the feed is overloaded
rate_limits    token buckets per user, address and route
idempotency    responses that are stored under an Idempotency-Key
bodies         request bodies that several services read
problems       refusals as RFC 9457 problem documents

A route names who may call it by the type of its `caller` parameter: `Reader` (who reads without a token, too),
`Viewer`, `Creator`, `Moderator` or `Admin`. A route that needs no token and does not ask who calls says
`dependencies=[EVERYBODY]`. A service with a route that says neither does not start.
"""

from enum import StrEnum
from typing import Annotated

from fastapi import Path, Query

from reelstack.web.app import lambda_handler, make_app
from reelstack.web.auth import (
    ADMIN,
    EVERYBODY,
    ROLES,
    Admin,
    Anonymous,
    Caller,
    Country,
    Creator,
    Moderator,
    Reader,
    Requires,
    Viewer,
    country_of,
    reader,
)
from reelstack.web.problems import Problem
from reelstack.web.route_policy import RouteUndeclared, answers_directly, declared


class Included(StrEnum):
    """What a list of videos, or a video, says besides when it is asked to."""

    PLAYBACK = "playback"


Include = Annotated[Included | None, Query()]
Limit = Annotated[int, Query(ge=1, le=50)]
Cursor = Annotated[str | None, Query(max_length=512)]
VideoId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""Ours are hex; what is longer than a table's key is told so here, not by the table."""
UploadId = VideoId
UserId = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:@|-]+$")]
"""A token's `sub`: Cognito's are UUIDs, other issuers' may be longer."""

__all__ = [
    "ADMIN",
    "EVERYBODY",
    "ROLES",
    "Admin",
    "Anonymous",
    "Caller",
    "Country",
    "Creator",
    "Cursor",
    "Include",
    "Included",
    "Limit",
    "Moderator",
    "Problem",
    "Reader",
    "Requires",
    "RouteUndeclared",
    "UploadId",
    "UserId",
    "VideoId",
    "Viewer",
    "answers_directly",
    "country_of",
    "declared",
    "lambda_handler",
    "make_app",
    "reader",
]
