"""Fields of a video that people write: one shape for opening an upload and for changing the video afterwards."""

from typing import Annotated

from pydantic import Field

LARGEST_BODY_BYTES = 64 * 1024
"""Of a request with a description and tags at their longest, every character as two \\u escapes."""

Title = Annotated[str, Field(min_length=1, max_length=150)]
Description = Annotated[str, Field(max_length=2000)]
Tag = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^\S.*$")]
Tags = Annotated[list[Tag], Field(max_length=20)]
