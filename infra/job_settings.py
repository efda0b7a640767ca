"""Settings of the jobs beside the service, which only profile `full` has: part of infra/settings.py."""

import json
from typing import Self

from pydantic import BaseModel, Field, model_validator

from infra import ROOT

INTERESTS_GENERATION: int = json.loads((ROOT / "jobs" / "interests" / "state.json").read_text())["generation"]
"""Of the Flink job's state: jobs/interests/checkpoints.py. It is no setting, and part of the application's name."""


class JobSettings(BaseModel):
    # by the day: Spark and training
    spark_vcpus: int = Field(default=16, ge=8, le=4000)
    """What all runs of the daily jobs may use at a time, with 4 GB for each; profile `full` only. Of a driver and
    executors of 4 each. A new account may use 16 in all (quota L-D05C8A75): ask AWS for more before raising it."""
    training_days: int = Field(default=120, ge=1)
    """How long training rows, and the features that were logged for them, stay: a ranker is trained on what is new."""

    # by the second: the Flink job that reads the event stream
    interests_kpu: int = Field(default=1, ge=1, le=64)
    """KPUs (one processor, 4 GB) of the job at least, and one for its manager. From there it grows by its load."""
    interests_most_kpu: int = Field(default=4, ge=1, le=64)
    """An alarm says when it has more: AWS bounds no application below its quota. Equal to the other: it never grows."""

    @model_validator(mode="after")
    def _the_job_may_have_what_it_begins_with(self) -> Self:
        if self.interests_most_kpu < self.interests_kpu:
            raise ValueError("interests_most_kpu is at least interests_kpu; equal, the job never grows")
        return self
