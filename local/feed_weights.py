"""Weights: which share of readers each deployment of the feed answers, as the edge reads it in its KeyValueStore.

A write names the version of the store that was read, and is tried again if another came between; writing the same again
is left out. CloudFront takes some seconds until every place of the edge reads it. Without weights the API of all other
routes answers the feed.
"""

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from local.errors import WeightsInvalid

KEY = "feed:weights"
DEPLOYMENTS = ("a", "b")
LARGEST = 10_000
ATTEMPTS = 5


class Shares(BaseModel):
    """Of the readers; they need not add up to a hundred. 0: drained, and asked only while the other fails."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    a: int = Field(ge=0, le=LARGEST)
    b: int = Field(ge=0, le=LARGEST)

    @model_validator(mode="after")
    def _somebody_answers(self) -> "Shares":
        if not self.a + self.b:
            raise ValueError("one of them must answer")
        return self

    def percent(self, deployment: str) -> float:
        return round(100 * float(getattr(self, deployment)) / (self.a + self.b), 2)


class Weights(Shares):
    """As they are stored. `before`: those that a drained deployment had, to which `restore` returns."""

    before: Shares | None = None


EVEN = Weights(a=50, b=50)


def read(store: Any, arn: str) -> Weights | None:
    """Those of the KeyValueStore `arn`; None if it has none. Raises WeightsInvalid."""
    try:
        return Weights.model_validate_json(store.get_key(KvsARN=arn, Key=KEY)["Value"])
    except store.exceptions.ResourceNotFoundException:
        return None
    except ValidationError as error:
        raise WeightsInvalid(f"{KEY} is not what this version writes: {error}. Set it anew") from error


def change(store: Any, arn: str, to: Callable[[Weights | None], Weights]) -> Weights:
    """Writes what `to` makes of the present weights, and returns it. Raises ConflictException when other writers kept
    coming first, WeightsInvalid."""
    for attempt in range(ATTEMPTS):
        version = store.describe_key_value_store(KvsARN=arn)["ETag"]
        present = read(store, arn)
        wanted = to(present)
        if wanted == present:
            return wanted
        value = json.dumps(wanted.model_dump(exclude_none=True), separators=(",", ":"))
        try:
            store.put_key(KvsARN=arn, Key=KEY, Value=value, IfMatch=version)
        except store.exceptions.ConflictException:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return wanted
    raise AssertionError("the last attempt returns or raises")


def begin(store: Any, arn: str) -> Weights:
    """What a deployment of the stage does: both answer alike, unless somebody has said otherwise."""
    return change(store, arn, lambda present: present or EVEN)


def drained(present: Weights | None, deployment: str) -> Weights:
    """Without this one. Raises WeightsInvalid if no other would be left."""
    present = present or EVEN
    left = {name: 0 if name == deployment else getattr(present, name) for name in DEPLOYMENTS}
    if not any(left.values()):
        raise WeightsInvalid(f"{deployment} is the only one that answers: restore the other first")
    before = present.before if present.before else Shares(a=present.a, b=present.b)
    return Weights(**left, before=before)


def restored(present: Weights | None) -> Weights:
    """As it was before the first of those drained was drained; even if that is not known."""
    return Weights(a=present.before.a, b=present.before.b) if present and present.before else EVEN
