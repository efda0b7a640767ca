"""The WebSocket API's $connect, with its authorizer, and $disconnect."""

from typing import Any

from reelstack.notifications import websockets
from reelstack.platform.telemetry import entry, logger


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The gateway asks as authorizer first; what that says of the caller comes with the other two events."""
    if event.get("type") == "REQUEST":
        return _authorize(event)
    asked = event["requestContext"]
    user_id, session_id = asked["authorizer"]["principalId"], asked["authorizer"].get("session_id") or None
    if asked["eventType"] == "CONNECT":
        logger.info("connected", user_id=user_id)
        websockets.keep(user_id, asked["connectionId"], session_id)
    else:
        websockets.remove(user_id, asked["connectionId"])
    return {"statusCode": 200}


def _authorize(event: dict[str, Any]) -> dict[str, Any]:
    ticket = (event.get("queryStringParameters") or {}).get("ticket", "")
    try:
        user_id, session_id = websockets.redeem(ticket)
    except websockets.TicketInvalid:
        logger.info("a connection was refused")
        return _policy("nobody", "Deny", event["methodArn"], "")
    return _policy(user_id, "Allow", event["methodArn"], session_id or "")


def _policy(user_id: str, effect: str, on: str, session_id: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": on}
    return {
        "principalId": user_id,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"session_id": session_id},
    }
