from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from reelstack.accounts import passwords
from reelstack.web import Viewer, declared

router = APIRouter(prefix="/v1/me", tags=["accounts"])


def _sendable(password: SecretStr) -> SecretStr:
    """Half of a surrogate pair is nothing that could be sent to the user pool."""
    if not password.get_secret_value().isprintable():
        raise ValueError("has only characters that can be seen, and blanks")
    return password


Password = Annotated[SecretStr, Field(min_length=1, max_length=256), AfterValidator(_sendable)]


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    old_password: Password
    new_password: Password


# No answer is kept under an Idempotency-Key: nothing of a password is stored, not even a hash of the request.
@router.post("/password", status_code=204, openapi_extra=declared(answers_kept=False))
def change_password(change: PasswordChange, caller: Viewer) -> None:
    """Changes my password and signs me out everywhere but here. This sign-in ends with its access token: sign in again
    with the new password then."""
    old, new = change.old_password.get_secret_value(), change.new_password.get_secret_value()
    passwords.change(caller.user_id, caller.session_id, old, new)
