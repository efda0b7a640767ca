from fastapi import APIRouter

from functions.social.api.routes.follows import FollowPage, page
from reelstack.social import follows
from reelstack.social.relationships import Following
from reelstack.web import Cursor, Limit, UserId, Viewer, declared

router = APIRouter(prefix="/v1/me", tags=["social"])


@router.get("/follow-requests", openapi_extra=declared(core=False))
def list_requests(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> FollowPage:
    """Who asks to follow me, newest first."""
    found, following = follows.list_followers(caller.user_id, limit, cursor, Following.REQUESTED)
    return page(found, "follower_id", caller.user_id, following)


@router.put("/follow-requests/{user_id}", status_code=204)
def accept_request(user_id: UserId, caller: Viewer) -> None:
    follows.accept(caller.user_id, user_id)


@router.delete("/follow-requests/{user_id}", status_code=204)
def decline_request(user_id: UserId, caller: Viewer) -> None:
    """Who asked is not told."""
    follows.decline(caller.user_id, user_id)


@router.delete("/followers/{user_id}", status_code=204)
def remove_follower(user_id: UserId, caller: Viewer) -> None:
    """Has somebody not follow me any more. They are not told, and may follow again: a block is for good."""
    follows.unfollow(user_id, caller.user_id)
