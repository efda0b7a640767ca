"""token, profile, avatar, sessions, password, suspend, restore, role: who people are, what administrators may do."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from cli.arguments import User
from cli.output import named, when
from cli.session import As, AsJson, connect, is_elsewhere, print_json, token_provider

if TYPE_CHECKING:
    from reelstack_client import Profile
    from reelstack_client.accounts import ProfileChanges

SHOWN_CHARACTERS = 8
"""Of a session's name: enough to tell a person's sessions apart."""


def register(app: typer.Typer) -> None:
    for command in (token, profile, avatar, sessions, password, suspend, restore, role):
        app.command()(command)


def token(
    who: Annotated[str | None, typer.Argument(metavar="NAME", help="Demo user: ann, bob, mia or ada.")] = None,
    name: As = "ann",
) -> None:
    """Print an access token of a demo user, for curl and friends.

    \b
      curl -H "Authorization: Bearer $(reelstack token bob)" http://127.0.0.1:8080/v1/feed
    """
    typer.echo(token_provider(who or name)())


def profile(
    who: Annotated[str | None, typer.Argument(metavar="USER", help="A user id, or @handle. Default: me.")] = None,
    handle: Annotated[str | None, typer.Option(help='Claim this handle; "" gives mine up.')] = None,
    display_name: Annotated[str | None, typer.Option("--display-name")] = None,
    bio: Annotated[str | None, typer.Option()] = None,
    link: Annotated[list[str] | None, typer.Option(help="May be given several times; replaces all.")] = None,
    language: Annotated[str | None, typer.Option(help="Of clips that I upload without saying theirs.")] = None,
    privacy: Annotated[Literal["public", "private", "friends"] | None, typer.Option()] = None,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Show somebody's profile; with options, change mine.

    \b
      reelstack profile @ann
      reelstack profile --handle bob --display-name "Bob the Builder" --privacy private
    """
    accounts = connect(name).accounts
    if who:
        shown: Profile = accounts.find(who)
    else:
        wishes = {"display_name": display_name, "bio": bio, "links": link, "privacy": privacy}
        wishes["language"] = language
        if changes := {field: value for field, value in wishes.items() if value is not None}:
            accounts.edit(**cast("ProfileChanges", changes))
        if handle is not None:
            accounts.claim_handle(handle) if handle else accounts.release_handle()
        shown = accounts.me()
    if as_json:
        print_json(shown)
        return
    said = f"@{shown.handle}" if shown.handle else "no handle"
    typer.echo(f"{said}  {shown.display_name or '(no name)'}  {shown.privacy}")
    for line in (shown.bio, *shown.links, shown.avatar_url):
        if line:
            typer.echo(f"  {line}")


def avatar(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="JPEG, PNG or WebP. None: take mine away.")
    ] = None,
    name: As = "bob",
) -> None:
    """Send a picture of me, and print where it is shown; without a file, take it away.

    \b
      reelstack avatar me.png
    """
    accounts = connect(name).accounts
    if file is None:
        accounts.remove_avatar()
        typer.echo("removed")
        return
    typer.echo(accounts.send_avatar(file).avatar_url)


def sessions(
    revoke: Annotated[
        str | None, typer.Option(metavar="SESSION", help="End this sign-in; the beginning of its name is enough.")
    ] = None,
    revoke_others: Annotated[bool, typer.Option("--revoke-others", help="End every sign-in but this one.")] = False,
    name: As = "bob",
    as_json: AsJson = False,
) -> None:
    """Where I am signed in. A revoked session's tokens are refused within half a minute.

    \b
      reelstack sessions --revoke-others
    """
    accounts = connect(name).accounts
    if revoke:
        accounts.revoke(_whole(revoke, [session.session_id for session in accounts.sessions()]))
    if revoke_others:
        accounts.revoke_others()
    found = accounts.sessions()
    if as_json:
        print_json(found)
        return
    for session in found:
        times = f"since {when(session.created_at)}", f"seen {when(session.seen_at)}"
        parts = session.session_id[:SHOWN_CHARACTERS], *times, session.agent, "this one" if session.current else ""
        typer.echo("  ".join(parts).rstrip())


def _whole(beginning: str, session_ids: list[str]) -> str:
    """The session that begins so."""
    found = [session_id for session_id in session_ids if session_id.startswith(beginning)]
    if len(found) != 1:
        said = "several of your sessions begin" if found else "none of your sessions begins"
        raise typer.BadParameter(f"{said} with {beginning!r}: `reelstack sessions` lists them", param_hint="--revoke")
    return found[0]


def password(name: As = "bob") -> None:
    """Change my password. Every other sign-in of mine ends; this one ends with its access token, within an hour.

    Asks for the current password, and twice for the new one, and shows none of them. From a pipe it reads two lines:
    the current password and the new one. A demo user's current one is what `reelstack up` printed.

    \b
      reelstack password --as bob
      printf '%s\\n' "$OLD" "$NEW" | reelstack password
    """
    current, new = _asked_for() if sys.stdin.isatty() else _piped()
    connect(name).accounts.change_password(current, new)
    typer.echo("The password is changed, and every other sign-in has ended.")
    if is_elsewhere():
        typer.echo("REELSTACK_TOKEN is good for an hour at most: sign in again with the new password then.")
        return
    from local import people, places

    people.keep_password(places.places(), name, new)
    typer.echo(f"From now on commands with `--as {name}` sign in with the new one. A browser asks {name} for it.")


def _asked_for() -> tuple[str, str]:
    current: str = typer.prompt("Current password", hide_input=True)
    new: str = typer.prompt("New password", hide_input=True, confirmation_prompt="New password, again")
    return current, new


def _piped() -> tuple[str, str]:
    lines = sys.stdin.read().splitlines()
    if len(lines) != 2:
        raise typer.BadParameter(f"give two lines, the current password and the new one; there are {len(lines)}")
    return lines[0], lines[1]


def suspend(
    who: User,
    reason: Annotated[str, typer.Option(help="What its owner is told.")],
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Suspend an account: it reads on, changes nothing any more and cannot sign in again.

    \b
      reelstack suspend @bob --reason "sells watches"
    """
    accounts = connect(name).accounts
    account = accounts.suspend(accounts.find(who).user_id, reason)
    print_json(account) if as_json else typer.echo(f"{named(account)}  suspended")


def restore(
    who: User,
    reason: Annotated[str, typer.Option()] = "looked at again",
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Take a suspension back.

    \b
      reelstack restore @bob
    """
    accounts = connect(name).accounts
    account = accounts.restore(accounts.find(who).user_id, reason)
    print_json(account) if as_json else typer.echo(f"{named(account)}  restored")


def role(
    who: User,
    which: Annotated[Literal["viewer", "creator", "moderator", "admin"], typer.Argument()],
    undo: Annotated[bool, typer.Option("--withdraw", help="Take the role.")] = False,
    name: As = "ada",
    as_json: AsJson = False,
) -> None:
    """Give somebody a role, in force with their next token.

    \b
      reelstack role @bob creator
    """
    accounts = connect(name).accounts
    user_id = accounts.find(who).user_id
    roles = accounts.withdraw(user_id, which) if undo else accounts.grant(user_id, which)
    print_json(roles) if as_json else typer.echo(" ".join(roles))
