"""What a step is given: its day, its place and the options of the command line; and the inputs that steps share."""

from dataclasses import dataclass
from typing import Any

from jobs.profiles import days, engine, schema, snapshots
from jobs.profiles.place import Place
from reelstack.behavior.stored_event import QUALITY


class GateFailed(Exception):
    """A gate did not pass: what follows is not run, and what stood before stays."""


@dataclass(frozen=True)
class Options:
    despite: tuple[str, ...] = ()
    viewers: str = ""
    against: str = ""
    most: int = 20_000


@dataclass(frozen=True)
class Run:
    place: Place
    day: str
    options: Options

    @property
    def spark(self) -> Any:
        return self.place.spark

    def events(self, count: int = 1, day: str | None = None) -> Any:
        """What viewers did, as `collected` has it: all but how clips played, of which nothing is concluded."""
        return self.collected(count, day).where(f"type != '{QUALITY}'")

    def collected(self, count: int = 1, day: str | None = None) -> Any:
        """Collected events of `count` days up to `day`, with their `day`. Days that were not collected are left out."""
        wanted = (f"profiles/events/day={each}" for each in days.last(day or self.day, count))
        paths = [self.place.at(path) for path in wanted if self.place.exists(path)]
        if not paths:
            raise FileNotFoundError(f"no events were collected in the {count} days up to {day or self.day}")
        reader = self.spark.read.schema(schema.columns()).option("basePath", self.place.at("profiles/events"))
        return reader.parquet(*paths)

    def latest(self, folder: str, columns: str, day: str | None = None) -> Any:
        """The newest rows of an artefact before `day`, or this day; none if there never were. Raises TooFarBack."""
        found = snapshots.latest(self.place, folder, day or self.day)
        if found is None:
            return engine.none(self.spark, columns)
        return self.spark.read.schema(columns).parquet(self.place.at(found))

    def json_lines(self, path: str, columns: str) -> Any:
        """Rows of a JSONL file or folder in the place; none if it is not there."""
        if not self.place.exists(path):
            return engine.none(self.spark, columns)
        return self.spark.read.schema(columns).option("recursiveFileLookup", "true").json(self.place.at(path))
