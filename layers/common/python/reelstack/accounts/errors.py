"""Refusals of accounts: users, handles, avatars, sessions and what staff may do to an account."""

from reelstack.errors import Conflict, Forbidden, NotFound, ReelstackError, Unauthorized, Unprocessable, UnsupportedType


class UserNotFound(NotFound):
    """Also what somebody is told about a user who blocked them, or whom they blocked."""

    type, title = "user-not-found", "There is no such person"


class SessionNotFound(NotFound):
    type, title = "session-not-found", "There is no such session of yours"


class AccountSuspended(Forbidden):
    type, title = "account-suspended", "This account is suspended: it may look, and change nothing"


class OwnAccount(Forbidden):
    type, title = "own-account", "Administrators do this to others' accounts only"


class SessionRevoked(Unauthorized):
    type, title = "session-revoked", "This session was ended; sign in again"


class PasswordWrong(Forbidden):
    type, title = "password-wrong", "The old password is not the one of this account"


class PasswordTooWeak(Unprocessable):
    type, title = "password-too-weak", "The new password does not have what the service asks of one"


class PasswordTriedTooOften(ReelstackError):
    status, type, title = 429, "password-tried-too-often", "A wrong password was given too often; wait a while"
    retry_after = 60


class PasswordManagedExternally(Conflict):
    type, title = (
        "password-managed-externally",
        "Accounts of this stage are kept by another issuer, and their passwords",
    )


class HandleTaken(Conflict):
    type, title = "handle-taken", "Somebody else has this handle, or had it lately"


class HandleChangedRecently(Conflict):
    type, title = "handle-changed-recently", "A new handle can be claimed only now and then"


class RolesManagedExternally(Conflict):
    type, title = (
        "roles-managed-externally",
        "Accounts of this stage are kept by another issuer, and their roles with them",
    )


class ImageTypeNotAllowed(UnsupportedType):
    type, title = "image-type-not-allowed", "Only pictures are taken: JPEG, PNG, WebP"


class HandleInvalid(Unprocessable):
    type, title = "handle-invalid", "3 to 30 letters a-z and digits; a dot or underline may stand between two of them"


class HandleReserved(Unprocessable):
    type, title = "handle-reserved", "This handle is not for anybody to have"


class NameReserved(Unprocessable):
    type, title = "name-reserved", "This name would speak for the service"


class TextRejected(Unprocessable):
    type, title = "text-rejected", "This name holds a word that others should not have to read"
