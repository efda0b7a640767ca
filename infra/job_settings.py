"""Settings of the jobs beside the service, which only profile `full` has: part of infra/settings.py."""

from typing import Self

from pydantic import BaseModel, Field, model_validator


class JobSettings(BaseModel):
    # by the day: Spark and training
    spark_vcpus: int = Field(default=32, ge=8, le=4000)
    """What all runs of the daily jobs may use at a time, with 4 GB for each; profile `full` only. Of a driver and
    executors of 4 each; AWS lets a new account have 16 in all, so ask for more or lower it."""
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
