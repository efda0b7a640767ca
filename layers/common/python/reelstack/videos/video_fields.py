"""Fields of a video that people write: one shape for opening an upload and for changing the video afterwards."""

from typing import Annotated

from pydantic import Field

from reelstack.platform.text_fields import Description, Language, Tag, Title

__all__ = ["LARGEST_BODY_BYTES", "Description", "Language", "Tags", "Title"]
LARGEST_BODY_BYTES = 64 * 1024
"""Of a request with a description and tags at their longest, every character as two \\u escapes."""

Tags = Annotated[list[Tag], Field(max_length=20)]
