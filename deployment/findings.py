"""What a check found, and how a check that may not look, or gets no answer, says so instead of failing."""

from collections.abc import Callable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from deployment.account import Account
from infra.settings import Settings


class Finding(BaseModel):
    """`note`: works, within limits that `seen` names. `unknown`: nobody could look."""

    model_config = ConfigDict(frozen=True)

    what: str
    state: Literal["ok", "missing", "note", "unknown"]
    seen: str
    mend: str = ""
    """The command, or else the way, to mend it."""
    last: bool = False
    """Nothing else can be looked at before it is mended."""


Check = Callable[[Settings, Account], Iterator[Finding]]


def ok(what: str, seen: str) -> Finding:
    return Finding(what=what, state="ok", seen=seen)


def missing(what: str, seen: str, mend: str, *, last: bool = False) -> Finding:
    return Finding(what=what, state="missing", seen=seen, mend=mend, last=last)


def note(what: str, seen: str, mend: str = "") -> Finding:
    return Finding(what=what, state="note", seen=seen, mend=mend)


def unknown(what: str, seen: str, mend: str = "") -> Finding:
    return Finding(what=what, state="unknown", seen=seen, mend=mend)


def examine(checks: tuple[Check, ...], settings: Settings, account: Account) -> list[Finding]:
    """Every finding, in the order of the checks, up to one that is the `last`."""
    found: list[Finding] = []
    for check in checks:
        found += _looked(check, settings, account)
        if found and found[-1].last:
            break
    return found


def _looked(check: Check, settings: Settings, account: Account) -> Iterator[Finding]:
    from botocore.exceptions import BotoCoreError, ClientError

    what = check.__name__.replace("_", " ")
    try:
        yield from check(settings, account)
    except ClientError as error:
        told = error.response["Error"]
        yield unknown(what, f"could not look: {told['Code']} at {error.operation_name}")
    except BotoCoreError as error:  # no credentials, no network, no answer in time
        yield unknown(what, f"could not look: {error}")
