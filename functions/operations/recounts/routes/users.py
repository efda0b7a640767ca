from fastapi import APIRouter

from reelstack.operations import recounts
from reelstack.operations.recounts import Recount, WantedRecount
from reelstack.web import Admin, UserId, declared

router = APIRouter(prefix="/v1/users", tags=["operations"])


@router.post("/{user_id}/recount", openapi_extra=declared(audited="user:{user_id}", core=False))
def recount_user(user_id: UserId, wanted: WantedRecount, caller: Admin) -> Recount:  # noqa: ARG001
    """Counts a user's followers, those they follow and those they asked one by one and compares."""
    return recounts.of_user(user_id, repair=wanted.repair)
