"""The client's part of operations against the services' own handlers."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.accounts import users
from reelstack.tables.interactions import Comment
from reelstack_client import Client, NotAllowed
from tests.support.streams import Streams


def test_admins_recount(clients: Callable[..., Client], context: Any) -> None:
    bob, streams = clients("bob"), Streams(context)
    bob.interactions.like("vid")
    said = bob.interactions.comment("vid", "one")
    bob.interactions.like_comment("vid", said.comment_id)
    bob.interactions.bookmark("vid")
    bob.interactions.share("vid")
    streams.flow()
    found = clients("ada", "admin").operations.recount("vid")
    assert (found.state, set(found.counted.values())) == ("exact", {1})
    assert set(found.counted) == {"likes", "comments", "shares", "bookmarks"}
    found = clients("ada", "admin").operations.recount("vid", comment_id=said.comment_id)
    assert (found.state, found.counted) == ("exact", {"likes": 1, "replies": 0})
    next(iter(Comment.scan())).delete()
    assert clients("ada", "admin").operations.recount("vid", repair=True).state == "drifted"
    users.find_or_create("bob")
    assert clients("ada", "admin").operations.recount_user("bob").counted == {
        "followers": 0,
        "following": 0,
        "requested": 0,
    }
    for refused in (lambda: bob.operations.recount("vid"), lambda: bob.operations.recount_user("bob")):
        with pytest.raises(NotAllowed):
            refused()
