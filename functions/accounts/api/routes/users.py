from fastapi import APIRouter

from reelstack.accounts import handles, users
from reelstack.accounts.errors import UserNotFound
from reelstack.accounts.profiles import Profile, view
from reelstack.social import relationships
from reelstack.web import Reader, UserId, declared

router = APIRouter(prefix="/v1/users", tags=["accounts"])


@router.get("/{user_id}", openapi_extra=declared(core=False))
def get_user(user_id: UserId, caller: Reader) -> Profile:
    """Somebody's profile, by id or by `@handle`."""
    named = handles.find_holder(user_id).user_id if user_id.startswith("@") else user_id
    staff = caller.may("moderator")
    user = users.find_visible(named, caller.user_id, staff=staff)
    if not staff and relationships.blocked(caller.user_id, (user.user_id,)):
        raise UserNotFound
    return view(user)
