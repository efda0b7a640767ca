"""Which of the feed's deployments answers whom, as it is written into the edge's store."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from local import feed_weights
from local.errors import WeightsInvalid
from local.feed_weights import EVEN, KEY, Shares, Weights


class Missing(Exception):
    pass


class Conflict(Exception):
    pass


class Store:
    """A KeyValueStore; `others` is how many writers come between a read and the write that follows."""

    exceptions = SimpleNamespace(ResourceNotFoundException=Missing, ConflictException=Conflict)

    def __init__(self, others: int = 0) -> None:
        self.entries: dict[str, str] = {}
        self.version, self.others, self.writes = 0, others, 0

    def describe_key_value_store(self, **_: Any) -> dict[str, str]:
        return {"ETag": str(self.version)}

    def get_key(self, Key: str, **_: Any) -> dict[str, str]:  # noqa: N803  # boto3's spelling
        if Key not in self.entries:
            raise Missing
        return {"Value": self.entries[Key]}

    def put_key(self, Key: str, Value: str, IfMatch: str, **_: Any) -> None:  # noqa: N803
        if self.others:
            self.others, self.version = self.others - 1, self.version + 1
        if str(self.version) != IfMatch:
            raise Conflict
        self.entries[Key] = Value
        self.version, self.writes = self.version + 1, self.writes + 1


def test_a_first_deployment_lets_both_answer_and_a_later_one_changes_nothing() -> None:
    store = Store()
    assert feed_weights.begin(store, "arn") == EVEN
    feed_weights.change(store, "arn", lambda _: Weights(a=99, b=1))
    assert feed_weights.begin(store, "arn") == Weights(a=99, b=1)
    assert store.writes == 2


def test_what_was_drained_comes_back_with_its_share() -> None:
    store = Store()
    feed_weights.change(store, "arn", lambda _: Weights(a=90, b=10))
    drained = feed_weights.change(store, "arn", lambda present: feed_weights.drained(present, "a"))
    assert (drained.a, drained.b, drained.before) == (0, 10, Shares(a=90, b=10))
    assert feed_weights.change(store, "arn", lambda present: feed_weights.drained(present, "a")) == drained
    assert feed_weights.change(store, "arn", feed_weights.restored) == Weights(a=90, b=10)


def test_the_last_one_that_answers_is_not_drained() -> None:
    with pytest.raises(WeightsInvalid, match="only one"):
        feed_weights.drained(Weights(a=0, b=100), "b")


def test_another_writer_does_not_lose_what_it_wrote() -> None:
    store = Store(others=2)
    assert feed_weights.begin(store, "arn") == EVEN
    with pytest.raises(Conflict):
        feed_weights.begin(Store(others=99), "arn")


def test_weights_under_which_nobody_answers_are_refused() -> None:
    for bad in ({"a": 0, "b": 0}, {"a": -1, "b": 2}, {"a": 1, "b": 10_001}):
        with pytest.raises(ValidationError):
            Weights.model_validate(bad)
    store = Store()
    store.entries[KEY] = '{"a":0,"b":0}'
    with pytest.raises(WeightsInvalid):
        feed_weights.read(store, "arn")
