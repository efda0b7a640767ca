"""Single writes that say whether their condition held."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.exceptions import DeleteError, PutError, UpdateError

from reelstack.platform.config import Config
from reelstack.platform.errors import StorageBusy
from reelstack.tables.accounts import User
from reelstack.tables.model import BATCH_ATTEMPTS, connection
from tests.support.stopped_writes import stopped


def test_a_put_says_whether_its_condition_held(aws: Config) -> None:
    new = User.user_id.does_not_exist()
    assert [User("ann", created_at=number).put_if(new) for number in (1, 2)] == [True, False]
    assert User.get("ann").created_at == 1


def test_an_update_says_whether_its_condition_held(aws: Config) -> None:
    User("ann", created_at=1).save()
    assert User("ann").update_if(User.created_at == 1, [User.bio.set("x")])
    assert not User("ann").update_if(User.created_at == 2, [User.bio.set("y")])
    assert User.get("ann").bio == "x"


def test_a_deletion_says_whether_its_condition_held(aws: Config) -> None:
    User("ann", created_at=1).save()
    assert not User("ann").delete_if(User.created_at == 2)
    assert User("ann").delete_if(User.created_at == 1)
    assert not User("ann").delete_if(User.user_id.exists())


def test_everything_else_that_stops_a_single_write_is_raised(aws: Config) -> None:
    there, code = User.user_id.exists(), "AccessDeniedException"
    with stopped(code, operation="PutItem"), pytest.raises(PutError):
        User("ann", created_at=1).put_if(there)
    with stopped(code, operation="UpdateItem"), pytest.raises(UpdateError):
        User("ann").update_if(there, [User.bio.set("x")])
    with stopped(code, operation="DeleteItem"), pytest.raises(DeleteError):
        User("ann").delete_if(there)


@contextmanager
def partly_answered(most: int) -> Iterator[list[int]]:
    """BatchGetItem answers with `most` items at a time; the list holds how many it was asked for."""
    wire, asked = connection().client.meta.events, list[int]()

    def leave_out(parsed: dict[str, Any], **_: Any) -> None:
        found = parsed["Responses"]["users_table"]
        asked.append(len(found))
        keys = [{"user_id": item["user_id"]} for item in found[most:]]
        parsed["Responses"] = {"users_table": found[:most]}
        parsed["UnprocessedKeys"] = {"users_table": {"Keys": keys}} if keys else {}

    wire.register("after-call.dynamodb.BatchGetItem", leave_out)
    try:
        yield asked
    finally:
        wire.unregister("after-call.dynamodb.BatchGetItem", leave_out)


def test_a_batched_read_asks_again_for_what_an_answer_left_out_and_not_without_an_end(aws: Config) -> None:
    names = [f"u{number}" for number in range(9)]
    for name in names:
        User(name, created_at=1).save()
    with partly_answered(4) as asked:
        assert sorted(user.user_id for user in User.batch_get(names)) == names
    assert asked == [9, 5, 1]
    with partly_answered(0) as asked, pytest.raises(StorageBusy):
        list(User.batch_get(names))
    assert asked == [9] * BATCH_ATTEMPTS
