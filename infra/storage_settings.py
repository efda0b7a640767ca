"""Settings of where objects lie: a part of infra.settings."""

from typing import Literal

from pydantic import BaseModel, Field


class StorageSettings(BaseModel):
    originals_policy: Literal["instant", "flexible", "deep", "delete"] = "instant"
    """What becomes of an original `originals_days` after its upload, once it is published: Glacier Instant Retrieval,
    which is read at once; Flexible Retrieval or Deep Archive, from which a re-encode first restores it (up to 12 or 48
    hours); or it is deleted, and the video can never be made anew."""
    originals_days: int = Field(default=30, ge=1)
    tiering_policy: Literal["seed", "cost", "intelligent"] = "cost"
    """How clips' objects are moved between storage classes each night: by plays (`seed`), by the reads that are
    expected at the origin (`cost`), or into S3 Intelligent-Tiering once. docs/tiering.md."""
