"""Open WebSocket connections: a ticket lets somebody in, and what is posted reaches all that a user has open.

A browser's WebSocket can carry no Authorization header. So a client asks for a ticket over HTTP, with its token
like any request, and shows that in the address. A ticket is good once, for a minute, and for nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from reelstack.accounts import sessions
from reelstack.platform import aws
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.tables.notifications import Connection, ConnectionTicket

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

TICKET_SECONDS = 60
LONGEST_SECONDS = 2 * 3600
"""After which API Gateway ends any connection."""
MOST = 10
"""Connections of one user; another one ends the oldest."""


class TicketInvalid(Exception):
    """Nobody was given this ticket, it was used, its time is over, or the sign-in it came of was ended."""


def issue(user_id: str, session_id: str | None) -> str:
    """The address under which this user may connect, once, within TICKET_SECONDS."""
    ticket = secrets.token_urlsafe(32)
    ends = int(time.time()) + TICKET_SECONDS
    ConnectionTicket(_digest(ticket), user_id=user_id, session_id=session_id, expires_at=ends).save()
    return f"{config().socket_url}?ticket={quote(ticket)}"


def redeem(ticket: str) -> tuple[str, str | None]:
    """(user id, session id) of whom it was given to. Raises TicketInvalid."""
    try:
        item = ConnectionTicket.get(_digest(ticket), consistent_read=True)
    except ConnectionTicket.DoesNotExist as missing:
        raise TicketInvalid from missing
    if not item.delete_if(ConnectionTicket.digest.exists()) or item.expires_at < time.time():
        raise TicketInvalid
    if sessions.ended(item.user_id, item.session_id):
        raise TicketInvalid
    return item.user_id, item.session_id


def keep(user_id: str, connection_id: str, session_id: str | None) -> None:
    """Posts reach this connection from now on."""
    ends = int(time.time()) + LONGEST_SECONDS
    Connection(user_id, connection_id, session_id=session_id, connected_at=now_ms(), expires_at=ends).save()
    for old in sorted(_of(user_id), key=lambda one: -one.connected_at)[MOST:]:
        _end(old)


def remove(user_id: str, connection_id: str) -> None:
    """It was closed. Removing twice is removing once."""
    Connection(user_id, connection_id).delete()


def post(user_id: str, text: str) -> list[bool]:
    """Sends `text` to every open connection of the user: whether it was taken, for each that was there."""
    return [taken for one in _of(user_id) if (taken := _post(one, text)) is not None]


def any_of(user_id: str) -> bool:
    return bool(_of(user_id))


def _of(user_id: str) -> list[Connection]:
    now = int(time.time())
    return [one for one in Connection.query(user_id, consistent_read=True) if one.expires_at > now]


def _post(one: Connection, text: str) -> bool | None:
    """None if the connection turned out to be gone, or to belong to a sign-in that was ended."""
    if sessions.ended(one.user_id, one.session_id):
        _end(one)
        return None
    try:
        _sockets().post_to_connection(ConnectionId=one.connection_id, Data=text.encode())
    except (BotoCoreError, ClientError) as error:
        if aws.error_code(error) == "GoneException":
            remove(one.user_id, one.connection_id)
            return None
        logger.warning("a connection took no push", error=str(error))
        count("PushFailed")
        return False
    return True


def _end(one: Connection) -> None:
    """Nothing is posted to it any more, even if it cannot be closed."""
    remove(one.user_id, one.connection_id)
    try:
        _sockets().delete_connection(ConnectionId=one.connection_id)
    except (BotoCoreError, ClientError) as error:
        if aws.error_code(error) != "GoneException":
            logger.warning("a connection could not be closed", error=str(error))


def _sockets() -> ApiGatewayManagementApiClient:
    """Connections are posted to at the address they were opened at, over HTTP."""
    return aws.sockets(config().socket_url.replace("ws", "http", 1))


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
