"""Step StopHarmfulArms: ends the arms of experiments that do harm, by the viewers' days up to the one that is given."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.experiments import guard
from reelstack.experiments.configuration import Ids, Writer
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry


class StopInput(BaseModel):
    day: date


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """The machine goes on without it if it fails: the next day's run looks at the same days again."""
    day = StopInput.model_validate(event).day
    ids = Ids(*config().experiments_ids.split("/"))
    writer = Writer(aws.client("appconfig"), config().experiments_application, ids=ids)
    return {"stopped": guard.stop_harmful(writer, day)}
