"""For Uppy's `@uppy/aws-s3`, whose `signRequest` asks for one S3 request at a time. Upload id and key are ours."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from reelstack.uploads import parts, uploads
from reelstack.uploads.parts import SignedRequest
from reelstack.web import Creator, UploadId, declared
from reelstack.web.bodies import NUMBER

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])


class S3Request(BaseModel):
    """As Uppy describes what it is about to send: GET lists parts, PUT sends one, POST joins them."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    method: Literal["GET", "PUT", "POST"]
    key: str = Field(max_length=64)
    upload_id: str = Field(max_length=64)
    part_number: Annotated[int, Field(ge=1, le=parts.MAX_PARTS), NUMBER] | None = None
    expires_in: Annotated[int, NUMBER] | None = None
    """Not heeded: the service decides how long an address lives."""


@router.post("/{upload_id}/sign", openapi_extra=declared(answers_kept=False))
def sign_request(upload_id: UploadId, wanted: S3Request, caller: Creator) -> SignedRequest:
    """The presigned address of one S3 request of an upload in parts. Complete the upload afterwards all the same."""
    upload = uploads.find_own(upload_id, caller.user_id)
    return uploads.sign_request(upload, wanted.method, wanted.key, wanted.upload_id, wanted.part_number)
