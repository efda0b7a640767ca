from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from reelstack.notifications import devices
from reelstack.notifications.devices import TOKEN_LENGTH, DeviceProblem, Platform
from reelstack.tables.notifications import Device
from reelstack.web import Viewer, declared

router = APIRouter(prefix="/v1/me/devices", tags=["notifications"])

DeviceId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
"""Chosen by the app, and kept by it."""


class DeviceToken(BaseModel):
    platform: Platform
    token: str = Field(min_length=8, max_length=TOKEN_LENGTH, pattern=r"^[A-Za-z0-9:_-]+$")
    """What APNs or FCM gave the app."""


class DeviceView(BaseModel):
    device_id: str
    platform: Platform
    problem: DeviceProblem | None
    """Why it gets no push messages; null: it does."""
    registered_at: int
    """Unix milliseconds."""


class DeviceList(BaseModel):
    items: list[DeviceView]


def _view(device: Device) -> DeviceView:
    return DeviceView(
        device_id=device.device_id,
        platform=Platform(device.platform),
        problem=DeviceProblem(device.problem) if device.problem else None,
        registered_at=int(device.registered_at),
    )


@router.get("", openapi_extra=declared(core=False))
def list_devices(caller: Viewer) -> DeviceList:
    """My phones that want push messages."""
    return DeviceList(items=[_view(device) for device in devices.list_devices(caller.user_id)])


@router.put("/{device_id}")
def register_device(device_id: DeviceId, device: DeviceToken, caller: Viewer) -> DeviceView:
    """This phone wants push messages. To be repeated whenever the app starts: tokens change."""
    return _view(devices.register(caller.user_id, device_id, device.platform, device.token, caller.session_id))


@router.delete("/{device_id}", status_code=204)
def remove_device(device_id: DeviceId, caller: Viewer) -> None:
    devices.remove(caller.user_id, device_id)
