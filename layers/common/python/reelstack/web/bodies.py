"""Request bodies that more than one service takes."""

from pydantic import BaseModel, ConfigDict

from reelstack.platform.text_fields import Reason


class StaffReason(BaseModel):
    """Why a member of staff acts. The audit log keeps it; the owner of a suspended account or a video taken down reads
    it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Reason
