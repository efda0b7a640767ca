"""What the steps of a production hand each other: their inputs, and the names of the objects they leave for the next.

Steps pass keys; the data lies in storage. Everything a step writes has a name that follows from its input, so the same
step again overwrites the same objects with the same content.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reelstack.failure_reasons import Refused, readable
from reelstack.media.ladder import Plan
from reelstack.platform import storage
from reelstack.platform.telemetry import logger

Id = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")


class Work(BaseModel):
    """The part of a step's input that says which attempt at which upload this is."""

    model_config = ConfigDict(frozen=True)

    upload_id: str = Id
    attempt: int = Field(ge=1, le=1000)

    @property
    def execution(self) -> str:
        """The name of the state machine's execution this step belongs to."""
        return f"{self.upload_id}-{self.attempt}"

    def key(self, name: str) -> str:
        """The key of a work object, in the bucket of intermediates; it expires after two days."""
        return f"work/{self.upload_id}/{self.attempt}/{name}"

    @property
    def asset_key(self) -> str:
        """Where Package describes the asset."""
        return self.key("asset.json")


class ProbeInput(Work):
    video_id: str = Id
    key_of_original: str = Field(alias="key", pattern="^originals/")
    reencode: bool = False
    renditions: tuple[str, ...] = ()
    """Only these are encoded anew; empty: all."""


class FirstRungInput(ProbeInput):
    plan_key: str = Field(pattern="^work/")


class SegmentInput(Work):
    key_of_original: str = Field(alias="key", pattern="^originals/")
    plan_key: str = Field(pattern="^work/")
    segment: int = Field(ge=0)
    first_rung: bool = False
    """Only the first rung, which the others wait for; otherwise all but that."""


class MadeInput(Work):
    """What Package and SampleFrames get."""

    video_id: str = Id
    plan_key: str = Field(pattern="^work/")


def asset_prefix(video_id: str, attempt: int) -> str:
    """Where an attempt's playable objects lie in the media bucket. Each attempt has its own, so they never change."""
    return f"v/{video_id}/{attempt}/"


def read_plan(plan_key: str) -> Plan:
    return Plan.model_validate(storage.read_json("intermediates", plan_key))


class Rejected(BaseModel):
    """The typed answer of a step that found the file itself at fault."""

    outcome: Literal["rejected"] = "rejected"
    reason: str
    detail: str

    @classmethod
    def because(cls, refused: Refused) -> "Rejected":
        note(refused)
        return cls(reason=refused.reason, detail=readable(refused.reason, refused.detail))


def note(refused: Refused) -> None:
    """In the logs, with what a program said: the owner reads a sentence only."""
    logger.info("refused", reason=refused.reason, detail=refused.detail, complaint=refused.complaint[-2000:])
