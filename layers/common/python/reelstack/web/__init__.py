"""What every HTTP service is made of: the door, the caller, one error shape, and the Lambda entry.

    callers.py   who asks, and the role each route declares     rules.py     what else a route declares
    door.py      what is asked of a request before it is read   problems.py  how refusals are told
    service.py   routes, door and refusals put together

A route names who may call it by the type of its `caller` parameter, `Viewer`, `Creator`, `Moderator` or `Admin`; the
few that nobody need sign in for say `dependencies=[EVERYBODY]`. A route that says neither keeps its service from
starting.
"""

from typing import Annotated

from fastapi import Path, Query

from reelstack.web.callers import ADMIN, EVERYBODY, ROLES, Admin, Caller, Creator, Moderator, Requires, Viewer
from reelstack.web.problems import Problem
from reelstack.web.rules import RouteUndeclared, declared
from reelstack.web.service import lambda_handler, make_app

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
    "Caller",
    "Creator",
    "Cursor",
    "Limit",
    "Moderator",
    "Problem",
    "Requires",
    "RouteUndeclared",
    "UploadId",
    "UserId",
    "VideoId",
    "Viewer",
    "declared",
    "lambda_handler",
    "make_app",
]
