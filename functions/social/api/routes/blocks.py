from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.social import blocks
from reelstack.web import Cursor, Limit, UserId, Viewer, declared

router = APIRouter(prefix="/v1", tags=["social"])


class BlockedUser(BaseModel):
    user_id: str
    blocked_at: int
    """Unix milliseconds."""
    user: UserCard


class BlockedPage(BaseModel):
    items: list[BlockedUser]
    cursor: str | None


@router.put("/users/{user_id}/block", status_code=204)
def block_user(user_id: UserId, caller: Viewer) -> None:
    """From now on neither is there for the other: profiles, videos, lists, comments. Follows between them end."""
    blocks.block(caller.user_id, user_id)


@router.delete("/users/{user_id}/block", status_code=204)
def unblock_user(user_id: UserId, caller: Viewer) -> None:
    """Takes my block back. Follows do not come back with it."""
    blocks.unblock(caller.user_id, user_id)


@router.get("/me/blocks", openapi_extra=declared(core=False))
def list_blocks(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> BlockedPage:
    """Whom I blocked, newest first."""
    found, following = blocks.list_blocked(caller.user_id, limit, cursor)
    cards = user_cards.of((item.other_id for item in found), caller.user_id)
    items = [
        BlockedUser(user_id=item.other_id, blocked_at=int(item.blocked_at or 0), user=cards[item.other_id])
        for item in found
    ]
    return BlockedPage(items=items, cursor=following)
