"""The configuration of experiments in AWS AppConfig: read while answers are made, changed without a deployment.

`Reader.current` never waits: it gives what this process has read last, and starts a thread for the next look when
POLL_SECONDS have passed. What cannot be read, or breaks a rule, changes nothing: the last good configuration stays in
force. A process that has never read one knows no experiment, so that viewers get the feed without changes.

`Writer.put` and `stop` name the version that they have read, and AppConfig refuses a version that does not follow the
newest one (ConflictException); they begin anew then. AppConfig's own JSON schema holds the form, `layers.parse` the
rules that no schema can say, and `put` that no viewer passes from one arm of an experiment to another.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reelstack.experiments import layers
from reelstack.experiments.layers import NONE, Experiments, LayerName
from reelstack.platform import aws, retry
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger

POLL_SECONDS = 60
WARM_SECONDS = 1.0
"""A viewer waits for a process that starts, and the edge asks another deployment after two seconds."""
PROFILE = "experiments"
"""Name of the configuration profile. Application, environment and deployment strategy bear the name of the stage."""
ATTEMPTS = 3
PAUSE_SECONDS = 1.0
FAILED = "ExperimentsUnread"
"""Counts looks that did not succeed."""


class MovesViewers(ValueError):
    """A change would pass viewers from one arm of an experiment to another."""


class NotDeployed(LookupError):
    """The stage has no application in AppConfig."""


class Reader:
    """What one process knows of the configuration. `source` gives a client of appconfigdata."""

    def __init__(
        self, source: Callable[[], Any], application: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source, self._application, self._clock = source, application, clock
        self._known, self._token = NONE, ""
        self._next_look = clock()
        self._looking = threading.Lock()

    def current(self) -> Experiments:
        if self._clock() >= self._next_look and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look, daemon=True).start()
        return self._known

    def look(self, most_seconds: float = POLL_SECONDS) -> Experiments:
        """Looks now, and waits for it so long: at the start of a process, so that its first answers know the
        experiments. A look that takes longer goes on beside them."""
        self._next_look = self._clock()
        self.current()
        if self._looking.acquire(timeout=most_seconds):
            self._looking.release()
        return self._known

    def _look(self) -> None:
        """Called with the lock, which it gives back."""
        try:
            self._known = self._read() or self._known
        except Exception as error:  # whatever went wrong, the last good configuration stays in force
            # A token is good for one call and for 24 h; after a failure, or a start from a snapshot, a new one is due.
            self._token = ""
            logger.warning("experiments could not be read", exc_info=error)
            count(FAILED)
        finally:
            self._next_look = self._clock() + POLL_SECONDS
            self._looking.release()

    def _read(self) -> Experiments | None:
        """None if nothing has changed since this session's last call."""
        source = self._source()
        token = (
            self._token
            or source.start_configuration_session(
                ApplicationIdentifier=self._application,
                EnvironmentIdentifier=self._application,
                ConfigurationProfileIdentifier=PROFILE,
            )["InitialConfigurationToken"]
        )
        answer = source.get_latest_configuration(ConfigurationToken=token)
        self._token = answer["NextPollConfigurationToken"]
        content = answer["Configuration"].read(layers.MOST_BYTES + 1)
        return layers.parse(content) if content else None


_reader: list[Reader] = []


def current() -> Experiments:
    """The experiments of this process; none where the stage has none (`experiments_application` is not given)."""
    if not config().has("experiments_application"):
        return NONE
    if not _reader:
        _reader.append(Reader(aws.experiment_configuration, config().experiments_application))
    return _reader[0].current()


def warm() -> None:
    """Reads the experiments now: called while a process starts. Waits WARM_SECONDS at most."""
    current()
    if _reader:
        _reader[0].look(WARM_SECONDS)


@dataclass(frozen=True)
class Ids:
    """What AppConfig calls its parts of a stage."""

    application: str
    environment: str
    profile: str
    strategy: str


class Writer:
    """Changes the configuration of a stage. `client` is one of appconfig; its calls are the caller's rights. Without
    `ids` they are looked up by the application's name, which takes the right to list what other stages have."""

    def __init__(
        self, client: Any, application: str, pause_seconds: float = PAUSE_SECONDS, ids: Ids | None = None
    ) -> None:
        self._client, self._application, self._pause_seconds = client, application, pause_seconds
        self._known_ids = ids

    def newest(self) -> tuple[Experiments, int]:
        """The newest configuration and its version; version 0 if there is none. Raises NotDeployed."""
        return self._newest(self._ids())

    def put(self, wanted: Experiments, may_move: bool = False) -> int:
        """Puts a configuration in force and returns its version. The same again changes nothing.

        Raises MovesViewers, NotDeployed, or botocore's ClientError.
        """
        return self._change(lambda _: wanted, may_move)

    def stop(self, layer: LayerName, arm: str) -> int:
        """Stops an arm; twice is once. Raises KeyError if there is none, NotDeployed, or botocore's ClientError."""
        return self._change(lambda before: before.with_stopped(layer, arm), may_move=False)

    def _change(self, changed: Callable[[Experiments], Experiments], may_move: bool) -> int:
        ids = self._ids()
        for attempt in retry.attempts(ATTEMPTS, self._pause_seconds):
            before, version = self._newest(ids)
            wanted = changed(before)
            if wanted == before and self._deployed_version(ids) == version:
                return version
            if not may_move and (moved := layers.moved(before, wanted)):
                raise MovesViewers("; ".join(moved))
            try:
                return self._deploy(ids, version if wanted == before else self._write(ids, wanted, version))
            except Exception as error:
                # Another version came first, or another deployment is under way.
                if aws.error_code(error) != "ConflictException" or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _write(self, ids: Ids, wanted: Experiments, version: int) -> int:
        written = self._client.create_hosted_configuration_version(
            ApplicationId=ids.application,
            ConfigurationProfileId=ids.profile,
            Content=wanted.model_dump_json().encode(),
            ContentType="application/json",
            **({"LatestVersionNumber": version} if version else {}),
        )
        return int(written["VersionNumber"])

    def _deploy(self, ids: Ids, version: int) -> int:
        self._client.start_deployment(
            ApplicationId=ids.application,
            EnvironmentId=ids.environment,
            ConfigurationProfileId=ids.profile,
            DeploymentStrategyId=ids.strategy,
            ConfigurationVersion=str(version),
        )
        return version

    def _newest(self, ids: Ids) -> tuple[Experiments, int]:
        of = {"ApplicationId": ids.application, "ConfigurationProfileId": ids.profile}
        version = max((item["VersionNumber"] for item in self._all("hosted_configuration_versions", **of)), default=0)
        if not version:
            return NONE, 0
        found = self._client.get_hosted_configuration_version(VersionNumber=version, **of)
        return layers.parse(found["Content"].read()), version

    def _deployed_version(self, ids: Ids) -> int:
        """Of the newest deployment; a program that died between writing and deploying left a version undeployed."""
        found = self._all("deployments", ApplicationId=ids.application, EnvironmentId=ids.environment)
        newest = max(found, key=lambda one: one["DeploymentNumber"], default=None)
        return int(newest["ConfigurationVersion"]) if newest else 0

    def _ids(self) -> Ids:
        if self._known_ids:
            return self._known_ids
        application = self._id_of("applications", self._application)
        return Ids(
            application,
            self._id_of("environments", self._application, ApplicationId=application),
            self._id_of("configuration_profiles", PROFILE, ApplicationId=application),
            self._id_of("deployment_strategies", self._application),
        )

    def _id_of(self, kind: str, name: str, **of: str) -> str:
        found = next((item["Id"] for item in self._all(kind, **of) if item["Name"] == name), None)
        if found is None:
            raise NotDeployed(f"AppConfig has no {name} among its {kind}: deploy the stage first")
        return str(found)

    def _all(self, kind: str, **of: str) -> list[Any]:
        pages = self._client.get_paginator(f"list_{kind}").paginate(**of)
        return [item for page in pages for item in page["Items"]]
