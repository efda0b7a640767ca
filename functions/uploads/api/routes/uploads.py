from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from reelstack.platform.config import config
from reelstack.tables.uploads import Upload
from reelstack.uploads import completion, parts, uploads
from reelstack.uploads.new_upload import NewUpload
from reelstack.uploads.parts import HeldPart, SignedPart
from reelstack.videos.video_fields import LARGEST_BODY_BYTES
from reelstack.web import Country, Creator, UploadId, declared
from reelstack.web.bodies import NUMBER

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])


class UploadView(BaseModel):
    upload_id: str
    video_id: str
    state: str
    """open, composing (chunks are being joined), completed or aborted."""
    mode: str
    size_bytes: int
    part_size_bytes: int
    part_count: int
    crc64nvme: str | None
    """Of the whole file as storage holds it, base64; known from its completion on."""


class SignedParts(BaseModel):
    parts: list[SignedPart]
    expires_in_seconds: int


class OpenedUpload(UploadView, SignedParts):
    """With addresses for the first parts; ask for more with `POST …/parts`."""


class HeldUpload(UploadView):
    held: list[HeldPart]
    """What storage holds already: send the rest."""


class WantedPart(BaseModel):
    number: Annotated[int, Field(ge=1, le=parts.MAX_PARTS), NUMBER]
    crc64nvme: str | None = Field(default=None, pattern=r"^[A-Za-z0-9+/]{11}=$")
    """Base64 of the part's CRC-64/NVME; storage then refuses a part that differs."""


class WantedParts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: list[WantedPart] = Field(min_length=1, max_length=uploads.SIGNED_AT_ONCE)


def _view(upload: Upload) -> dict[str, Any]:
    return {
        "upload_id": upload.upload_id,
        "video_id": upload.video_id,
        "state": upload.state,
        "mode": upload.mode,
        "size_bytes": int(upload.size_bytes),
        "part_size_bytes": int(upload.part_size_bytes),
        "part_count": parts.part_count(upload),
        "crc64nvme": upload.crc64nvme,
    }


# Its key names the upload for as long as there is one, and each answer signs addresses anew: kept ones would expire.
@router.post("", status_code=201, openapi_extra=declared(max_body_bytes=LARGEST_BODY_BYTES, answers_kept=False))
def create_upload(
    new: NewUpload,
    caller: Creator,
    country: Country,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=128)] = None,
) -> OpenedUpload:
    """Opens an upload and its video."""
    priority = uploads.priority_of(caller.user_id, caller.roles)
    upload = uploads.create(caller.user_id, new, priority=priority, idempotency_key=idempotency_key, region=country)
    return OpenedUpload(
        **_view(upload), parts=uploads.first_parts(upload), expires_in_seconds=config().upload_url_seconds
    )


@router.get("/{upload_id}")
def get_upload(upload_id: UploadId, caller: Creator) -> HeldUpload:
    """What storage holds of it."""
    upload = uploads.find_own(upload_id, caller.user_id)
    held = uploads.find_held(upload)
    return HeldUpload(**_view(upload), held=held)


@router.post("/{upload_id}/parts", openapi_extra=declared(answers_kept=False))
def sign_parts(upload_id: UploadId, wanted: WantedParts, caller: Creator) -> SignedParts:
    """Fresh addresses for parts: further ones, or the same again after a 403."""
    upload = uploads.find_own(upload_id, caller.user_id)
    signed = uploads.sign_parts(upload, {part.number: part.crc64nvme for part in wanted.parts})
    return SignedParts(parts=signed, expires_in_seconds=config().upload_url_seconds)


@router.post("/{upload_id}/complete", responses={202: {"model": UploadView, "description": "Chunks are being joined"}})
def complete_upload(upload_id: UploadId, caller: Creator, answer: Response) -> UploadView:
    """Joins the parts, or has the chunks joined; production starts by itself."""
    upload = completion.complete(uploads.find_own(upload_id, caller.user_id))
    if upload.state == uploads.UploadState.COMPOSING:
        answer.status_code = 202
    return UploadView(**_view(upload))


@router.delete("/{upload_id}", status_code=204)
def abort_upload(upload_id: UploadId, caller: Creator) -> None:
    completion.abort(uploads.find_own(upload_id, caller.user_id))
