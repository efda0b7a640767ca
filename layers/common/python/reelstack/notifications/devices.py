"""Phones that want push messages: SNS knows each by an endpoint of the stage's platform application."""

import json
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reelstack.accounts import sessions
from reelstack.notifications.errors import TooManyDevices
from reelstack.platform import aws
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.tables.notifications import Device

MOST = 20
TOKEN_LENGTH = 1024


class Platform(StrEnum):
    IOS = "ios"
    ANDROID = "android"


class DeviceProblem(StrEnum):
    """Why a device gets nothing."""

    PLATFORM_OFF = "platform-off"
    """The stage names no platform application: `push_platforms`."""
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - a reason, no secret


def register(user_id: str, device_id: str, platform: Platform, token: str, session_id: str | None) -> Device:
    """The device gets push messages from now on, as long as the sign-in stands, unless its `problem` says why not. The
    same again is the same once; a token that somebody else's device had is that device's no more. Raises
    TooManyDevices."""
    known = {one.device_id: one for one in list_devices(user_id)}
    if len(known) >= MOST and device_id not in known:
        raise TooManyDevices(f"At most {MOST}", max_devices=MOST)
    for other in Device.by_token.query(token):
        if (other.user_id, other.device_id) != (user_id, device_id):
            Device(other.user_id, other.device_id).delete()
    device = Device(user_id, device_id, platform=platform, token=token, session_id=session_id, registered_at=now_ms())
    device.endpoint, device.problem = _endpoint(platform, token)
    before = known[device_id].endpoint if device_id in known else None
    if before and before != device.endpoint:
        aws.client("sns").delete_endpoint(EndpointArn=before)  # nothing else knows that one, with the token it had
    device.save()
    return device


def list_devices(user_id: str) -> list[Device]:
    """All of a user's, at most MOST. Consistent."""
    return list(Device.query(user_id, consistent_read=True))


def remove(user_id: str, device_id: str) -> None:
    """Removing what is not there changes nothing."""
    try:
        device = Device.get(user_id, device_id, consistent_read=True)
    except Device.DoesNotExist:
        return
    if device.endpoint:
        aws.client("sns").delete_endpoint(EndpointArn=device.endpoint)
    device.delete()


def push(user_id: str, key: str, count_of: int, data: dict[str, str], unread: int) -> list[bool]:
    """Sends to every device of the user: whether SNS took it. `key` and `count_of` are for the phone's own texts:
    "notification.like" and how many did it; `data` is for the app."""
    message = json.dumps(messages(key, count_of, data, unread))
    return [
        taken
        for one in list_devices(user_id)
        if one.endpoint and (taken := _publish(one, one.endpoint, message)) is not None
    ]


def messages(key: str, count_of: int, data: dict[str, str], unread: int) -> dict[str, str]:
    """One message per push service, as SNS passes them on: APNs' own form, and FCM's HTTP v1."""
    apns: dict[str, Any] = {
        "aps": {"alert": {"loc-key": key, "loc-args": [str(count_of)]}, "badge": unread, "thread-id": data["subject"]},
        "reelstack": data,
    }
    shown = {"body_loc_key": key, "body_loc_args": [str(count_of)], "tag": data["subject"]}
    fcm = {"fcmV1Message": {"message": {"data": data, "android": {"notification": shown}}}}
    return {"default": key, "APNS": json.dumps(apns), "APNS_SANDBOX": json.dumps(apns), "GCM": json.dumps(fcm)}


def _endpoint(platform: Platform, token: str) -> tuple[str | None, DeviceProblem | None]:
    application = json.loads(config().push_platforms).get(platform)
    if not application:
        return None, DeviceProblem.PLATFORM_OFF
    sns = aws.client("sns")
    try:
        # Says nothing but the token: SNS then answers the endpoint it has for it, if there is one.
        made = sns.create_platform_endpoint(PlatformApplicationArn=application, Token=token)["EndpointArn"]
        # One that a push service once refused stays off until its app comes back with the token.
        sns.set_endpoint_attributes(EndpointArn=made, Attributes={"Token": token, "Enabled": "true"})
    except ClientError as error:
        if aws.error_code(error) in ("InvalidParameter", "InvalidParameterException"):
            return None, DeviceProblem.TOKEN_REFUSED
        raise
    return made, None


def _publish(device: Device, endpoint: str, message: str) -> bool | None:
    """None if the device is gone: its app was removed, its token is another one now, or its sign-in was ended."""
    if sessions.ended(device.user_id, device.session_id):
        remove(device.user_id, device.device_id)
        return None
    try:
        aws.push_messages().publish(TargetArn=endpoint, MessageStructure="json", Message=message)
    except (BotoCoreError, ClientError) as error:
        if aws.error_code(error) in ("EndpointDisabled", "EndpointDisabledException", "NotFound", "NotFoundException"):
            remove(device.user_id, device.device_id)
            return None
        logger.warning("a device took no push", error=str(error))
        count("PushFailed")
        return False
    return True
