"""What a person is told when a command fails, and what to do about it."""

import sys

from cli.output import when
from cli.session import lacks_search
from deployment.errors import DeploymentError
from local.errors import LocalError, NotReady, NotUp
from reelstack_client import ClientError, NotSignedIn, Refused, SignInFailed, TooMany, Unreachable

FIRST_MS = 10**11
"""From here on a number is a moment in unix milliseconds."""
ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (NotSignedIn, "The token is missing or has ended. On a laptop: --as NAME. Elsewhere: set REELSTACK_TOKEN."),
    (Unreachable, "Is the cloud up? `reelstack status` says, `reelstack up` starts it."),
    (NotUp, ""),
    (NotReady, "`reelstack logs` shows the rest; `reelstack doctor` checks this machine."),
)

NO_CREDENTIALS = "Set AWS_PROFILE, or sign in; `reelstack doctor --stage STAGE` says what else an account lacks."
OF_AWS = "On a laptop: `reelstack status` says whether the cloud is up, `reelstack up` starts it."
SEARCHING = "`reelstack search NAME --users` finds users; a handle begins with @, an id does not."
NO_SEARCH = "A handle begins with @, an id does not. This cloud runs without search, which would find users by name."
ANOTHER_USER = "Another demo user may: --as ann (creator), mia (moderator), ada (admin)."
ANOTHER_MODERATOR = "Another moderator may: --as mia or --as ada."
SUSPENDED = "`reelstack restore @HANDLE` takes a suspension back."
ADVICE_BY_TYPE = {
    "video-not-found": "`reelstack videos` lists your videos with their ids.",
    "user-not-found": SEARCHING,
    "account-suspended": SUSPENDED,
    **dict.fromkeys(("own-video", "own-comment", "own-account", "second-reviewer-required"), ANOTHER_MODERATOR),
    **dict.fromkeys(("role-missing", "not-your-video", "not-your-comment", "video-moderated"), ANOTHER_USER),
    **dict.fromkeys(("video-private", "video-for-friends", "account-private", "account-for-friends"), ANOTHER_USER),
}
"""By the type of a problem. Quotas have none: what they say is all there is to do."""


def explain(error: Exception) -> str | None:
    """The message for an expected failure, None for a defect that deserves its traceback."""
    if _says_that_aws_is_away(error):
        return f"AWS does not answer: {error}\n  {OF_AWS}"
    if _says_that_nobody_signed_in_to_aws(error):
        return f"AWS takes no credentials of this shell: {error}\n  {NO_CREDENTIALS}"
    if not isinstance(error, ClientError | LocalError | DeploymentError):
        return None
    lines = [_what(error)]
    lines += [f"  {advice}" for kind, advice in ADVICE if isinstance(error, kind) and advice]
    if isinstance(error, Refused) and error.type in ADVICE_BY_TYPE:
        advice = ADVICE_BY_TYPE[error.type]
        lines.append(f"  {NO_SEARCH if advice is SEARCHING and lacks_search() else advice}")
    if isinstance(error, SignInFailed) and "disabled" in str(error):
        lines.append(f"  {SUSPENDED}")
    return "\n".join(lines)


def _says_that_aws_is_away(error: Exception) -> bool:
    """Of a command that speaks to AWS or the emulator itself; botocore is loaded only if one does."""
    if (known := sys.modules.get("botocore.exceptions")) is None:
        return False
    return isinstance(error, known.ConnectionError | known.HTTPClientError)


def _says_that_nobody_signed_in_to_aws(error: Exception) -> bool:
    if (known := sys.modules.get("botocore.exceptions")) is None:
        return False
    lacking = known.NoCredentialsError | known.PartialCredentialsError | known.CredentialRetrievalError
    return isinstance(error, lacking | known.ProfileNotFound | known.SSOError)


def _what(error: Exception) -> str:
    if isinstance(error, TooMany):
        return f"{error} Try again in {error.retry_after:.0f} s."
    if isinstance(error, Refused):
        extra = "".join(
            f"\n  {_named(name)}: {', '.join(map(_said, value)) if isinstance(value, list) else _shown(name, value)}"
            for name, value in error.extra.items()
            if name not in ("status", "instance")
        )
        said = error.title if error.detail in ("", error.title) else f"{error.title}: {error.detail}"
        return f"{said} ({error.type}, {error.status}){extra}"
    return str(error)


def _named(field: str) -> str:
    return field.removesuffix("_microdollars").removesuffix("_dollars").replace("_", " ")


def _shown(field: str, value: object) -> object:
    """Money and moments as people write them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if field.endswith("_microdollars"):
            return f"{value / 1_000_000:.6f} $"
        if field.endswith("_dollars"):
            return f"{value:.6g} $"
        if field.endswith(("_at", "_by")) and value >= FIRST_MS:
            return f"{when(int(value))} UTC"
    return value


def _said(one: object) -> str:
    """An element of a list that a problem has, such as one of its `errors`: a field and what is wrong with it."""
    return ": ".join(map(str, one.values())) if isinstance(one, dict) else str(one)
