"""What a person is told when a command fails, and what to do about it."""

from cli.session import lacks_search
from deployment.errors import DeploymentError
from local.errors import LocalError, NotReady, NotUp
from reelstack_client import ClientError, NotAllowed, NotFound, NotSignedIn, Refused, TooMany, Unreachable

ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (NotSignedIn, "The token is missing or has ended. On a laptop: --as NAME. Elsewhere: set REELSTACK_TOKEN."),
    (NotAllowed, "Another demo user may: --as ann (creator), mia (moderator), ada (admin)."),
    (Unreachable, "Is the cloud up? `reelstack status` says, `reelstack up` starts it."),
    (NotUp, ""),
    (NotReady, "`reelstack logs` shows the rest; `reelstack doctor` checks this machine."),
)

SEARCHING = "`reelstack search NAME --users` finds users; a handle begins with @, an id does not."
NO_SEARCH = "A handle begins with @, an id does not. This cloud runs without search, which would find users by name."
FINDING = {
    "video-not-found": "`reelstack videos` lists your videos with their ids.",
    "user-not-found": SEARCHING,
}
"""By the type of a problem."""


def explain(error: Exception) -> str | None:
    """The message for an expected failure, None for a defect that deserves its traceback."""
    if not isinstance(error, ClientError | LocalError | DeploymentError):
        return None
    lines = [_what(error)]
    lines += [f"  {advice}" for kind, advice in ADVICE if isinstance(error, kind) and advice]
    if isinstance(error, NotFound) and error.type in FINDING:
        found = FINDING[error.type]
        lines.append(f"  {NO_SEARCH if found is SEARCHING and lacks_search() else found}")
    return "\n".join(lines)


def _what(error: Exception) -> str:
    if isinstance(error, TooMany):
        return f"{error} Try again in {error.retry_after:.0f} s."
    if isinstance(error, Refused):
        extra = "".join(
            f"\n  {name}: {value}" for name, value in error.extra.items() if name not in ("status", "instance")
        )
        said = error.title if error.detail in ("", error.title) else f"{error.title}: {error.detail}"
        return f"{said} ({error.type}, {error.status}){extra}"
    return str(error)
