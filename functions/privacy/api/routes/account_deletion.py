from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.privacy import account_deletion, data_requests
from reelstack.privacy.data_requests import Progress
from reelstack.tables.privacy import DataRequest
from reelstack.web import ADMIN, Admin, UserId, Viewer, declared
from reelstack.web.bodies import StaffReason

router = APIRouter(prefix="/v1", tags=["privacy"])


class ErasureView(BaseModel):
    """A deleted account on its way to being erased. Times are unix milliseconds."""

    state: Progress
    percent: int
    deleted_at: int
    erased_from: int | None
    """When erasing begins, or begins again; until it first did, an administrator can recover the account."""
    left: list[str]
    """Stores that still held something when that was last verified."""


def _view(request: DataRequest) -> ErasureView:
    return ErasureView(
        state=Progress(request.state),
        percent=data_requests.percent(request),
        deleted_at=int(request.asked_at),
        erased_from=int(request.due_at) if request.due_at else None,
        left=list(request.left or ()),
    )


@router.delete("/me", status_code=202, openapi_extra=declared(also_suspended=True))
def delete_me(caller: Viewer) -> ErasureView:
    """The account is gone for everybody at once, and nobody signs in to it again; later everything of it is erased."""
    return _view(account_deletion.delete_own(caller.user_id))


@router.get("/users/{user_id}/erasure", dependencies=[ADMIN])
def get_erasure(user_id: UserId) -> ErasureView:
    return _view(account_deletion.find(user_id))


@router.post("/users/{user_id}/delete", status_code=202)
def delete_user(user_id: UserId, why: StaffReason, caller: Admin) -> ErasureView:
    return _view(account_deletion.delete(user_id, why.reason, caller.user_id))


@router.post("/users/{user_id}/recover", status_code=204)
def recover_user(user_id: UserId, why: StaffReason, caller: Admin) -> None:
    """Possible until erasing has begun; its owner signs in again as before."""
    account_deletion.recover(user_id, why.reason, caller.user_id)
