"""What a request for a new upload says."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from reelstack.platform import media_types
from reelstack.uploads import parts
from reelstack.uploads.parts import Mode
from reelstack.videos.audiences import Audience
from reelstack.videos.video_fields import Description, Language, Tags, Title
from reelstack.web.bodies import NUMBER


class NewUpload(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: Title
    description: Description = ""
    tags: Tags = []
    language: Language | None = None
    """What is spoken or written in it, such as "de"; null: my profile's."""
    visibility: Audience = Audience.PUBLIC
    size_bytes: Annotated[int, Field(ge=1), NUMBER]
    content_type: str = Field(max_length=media_types.LONGEST)
    """Of RFC 9110, parameters included."""
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Of the whole file, in hex; checked before anything is made of it."""
    mode: Mode = Mode.PARTS
    """`chunks`: pieces of `chunk_bytes` for weak networks, joined by the service after completion."""
    chunk_bytes: Annotated[int, Field(ge=parts.MIN_CHUNK_BYTES, le=parts.CHUNK_BYTES), NUMBER] = parts.CHUNK_BYTES
    """1 MiB; less for a link that needs longer than about two seconds for it."""

    def fingerprint(self) -> str:
        """Tells whether a request with the same idempotency key is the same request."""
        # An earlier version knew no language: its requests may come again now.
        later = {"language"} if self.language is None else set()
        return hashlib.sha256(self.model_dump_json(exclude=later).encode()).hexdigest()
