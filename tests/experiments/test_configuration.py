"""The configuration in AppConfig: what a process knows of it, whatever AppConfig does, and how it is changed."""

import threading

import pytest
from botocore.exceptions import ClientError

from reelstack.experiments import configuration
from reelstack.experiments.configuration import MovesViewers, NotDeployed, Reader, Writer
from reelstack.experiments.layers import NONE, Experiments
from tests.experiments.appconfig import STAGE, AppConfig


def experiments(salt: str = "fresh", end: int = 600) -> Experiments:
    arms = [{"name": "control", "begin": 0, "end": 100}, {"name": "b", "begin": 500, "end": end}]
    return Experiments.model_validate({"layers": {"ranker": {"salt": salt, "arms": arms}}})


@pytest.fixture
def cloud() -> AppConfig:
    made = AppConfig()
    made.versions.append(NONE.model_dump_json().encode())
    made.deployed.append(1)
    return made


@pytest.fixture
def writer(cloud: AppConfig) -> Writer:
    return Writer(cloud, STAGE, pause_seconds=0)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(cloud: AppConfig, clock: Clock) -> Reader:
    return Reader(lambda: cloud, STAGE, clock)


def settled(reader: Reader) -> Experiments:
    """What is known once the look that was begun has ended."""
    reader.current()
    with reader._looking:
        pass
    return reader.current()


def test_change_is_known_after_a_minute_and_asked_for_once_a_minute(
    cloud: AppConfig, writer: Writer, reader: Reader, clock: Clock
) -> None:
    assert settled(reader) == NONE
    writer.put(experiments())
    for _ in range(100):
        assert settled(reader) == NONE
    assert cloud.calls == 1
    clock.now += configuration.POLL_SECONDS
    assert settled(reader) == experiments()
    assert cloud.calls == 2
    clock.now += configuration.POLL_SECONDS
    assert settled(reader) == experiments()  # told by an empty answer


def test_answer_never_waits_for_appconfig(cloud: AppConfig, reader: Reader) -> None:
    cloud.gate = threading.Event()
    for _ in range(10):
        assert reader.current() == NONE
    assert cloud.calls <= 1
    cloud.gate.set()


def test_start_waits_for_the_first_look(writer: Writer, reader: Reader) -> None:
    writer.put(experiments())
    assert reader.look() == experiments()


def test_start_waits_for_appconfig_no_longer_than_it_may(cloud: AppConfig, writer: Writer, reader: Reader) -> None:
    writer.put(experiments())
    cloud.gate = threading.Event()
    assert reader.look(0.05) == NONE
    cloud.gate.set()
    assert settled(reader) == experiments(), "the look went on"


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 2}', b"[]", b" " * 100_000])
def test_last_good_configuration_stays_whatever_is_read(
    cloud: AppConfig, writer: Writer, reader: Reader, clock: Clock, content: bytes
) -> None:
    writer.put(experiments())
    reader.look()
    cloud.versions.append(content)
    cloud.deployed.append(len(cloud.versions))
    assert reader.look() == experiments()


def test_last_good_configuration_stays_while_appconfig_is_away_and_a_new_one_comes_after(
    cloud: AppConfig, writer: Writer, reader: Reader
) -> None:
    writer.put(experiments())
    reader.look()
    cloud.is_away = True
    assert reader.look() == experiments()
    cloud.is_away = False
    cloud.tokens.clear()  # sessions have ended, too
    writer.put(experiments("next"))
    assert reader.look() == experiments("next")


def test_token_that_has_ended_costs_one_look(cloud: AppConfig, writer: Writer, reader: Reader) -> None:
    reader.look()
    cloud.tokens.clear()
    writer.put(experiments())
    assert reader.look() == NONE
    assert reader.look() == experiments()


def test_putting_the_same_again_changes_nothing(cloud: AppConfig, writer: Writer) -> None:
    assert writer.put(experiments()) == writer.put(experiments()) == 2
    assert cloud.deployed == [1, 2]
    assert writer.newest() == (experiments(), 2)


def test_version_that_was_written_and_not_deployed_is_deployed(cloud: AppConfig, writer: Writer) -> None:
    cloud.versions.append(experiments().model_dump_json().encode())
    assert writer.put(experiments()) == 2
    assert cloud.deployed == [1, 2]


def test_change_begins_anew_if_another_came_first_and_gives_up(cloud: AppConfig, writer: Writer) -> None:
    cloud.conflicts = 1
    assert writer.put(experiments()) == 2
    cloud.conflicts = configuration.ATTEMPTS
    with pytest.raises(ClientError):
        writer.put(experiments("next"))


def test_stopping_twice_is_once(cloud: AppConfig, writer: Writer) -> None:
    writer.put(experiments())
    assert writer.stop("ranker", "b") == writer.stop("ranker", "b") == 3
    found, _ = writer.newest()
    assert [arm.stopped for arm in found.layers["ranker"].arms] == [False, True]
    with pytest.raises(KeyError):
        writer.stop("ranker", "c")
    with pytest.raises(KeyError):
        writer.stop("rerank", "b")


def test_viewers_are_moved_only_if_that_is_said(writer: Writer) -> None:
    writer.put(experiments())
    arms = [{"name": "control", "begin": 0, "end": 600}, {"name": "b", "begin": 600, "end": 700}]
    moving = Experiments.model_validate({"layers": {"ranker": {"salt": "fresh", "arms": arms}}})
    with pytest.raises(MovesViewers, match="ranker"):
        writer.put(moving)
    assert writer.put(moving, may_move=True) == 3


def test_stage_that_is_not_deployed_is_named(cloud: AppConfig) -> None:
    with pytest.raises(NotDeployed, match="reelstack-other"):
        Writer(cloud, "reelstack-other").newest()
