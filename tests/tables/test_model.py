"""Single writes that say whether their condition held."""

import pytest
from pynamodb.exceptions import DeleteError, PutError, UpdateError

from reelstack.platform.config import Config
from reelstack.tables.accounts import User
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
