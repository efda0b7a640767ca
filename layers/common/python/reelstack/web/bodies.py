"""Request bodies that more than one service takes."""

from pydantic import BaseModel, ConfigDict, Field


class StaffReason(BaseModel):
    """Why a member of staff acts. The audit log keeps it; the owner of a suspended account or a video taken down reads
    it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=500)
