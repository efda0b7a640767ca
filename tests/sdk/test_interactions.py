"""The client's part of interactions against the services' own handlers."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack_client import Client, NotAllowed
from tests.support.streams import Streams


def test_a_conversation_below_a_clip(clients: Callable[..., Client], context: Any) -> None:
    bob, cid, ann, streams = clients("bob"), clients("cid"), clients("ann", "creator"), Streams(context)
    first = bob.interactions.comment("vid", "Nice, @ann!")
    reply = cid.interactions.comment("vid", "It is", answers=first.comment_id)
    cid.interactions.like_comment("vid", first.comment_id)
    ann.interactions.pin("vid", first.comment_id)
    bob.interactions.edit_comment("vid", first.comment_id, "Very nice, @ann!")
    streams.flow()
    page = cid.interactions.comments("vid", "top")
    assert [(one.text, one.likes, one.replies, one.liked) for one in page.items] == [("Very nice, @ann!", 1, 1, True)]
    assert page.pinned is not None
    assert page.pinned.comment_id == first.comment_id
    assert [one.comment_id for one in bob.interactions.replies("vid", first.comment_id).items] == [reply.comment_id]
    with pytest.raises(NotAllowed):
        bob.interactions.delete_comment("vid", reply.comment_id)
    cid.interactions.unlike_comment("vid", first.comment_id)
    ann.interactions.unpin("vid")
    ann.interactions.delete_comment("vid", reply.comment_id)
    streams.flow()
    page = cid.interactions.comments("vid")
    assert (page.pinned, page.items[0].likes, page.items[0].replies) == (None, 0, 0)


def test_a_clip_is_kept_shared_and_reported(clients: Callable[..., Client]) -> None:
    bob = clients("bob")
    bob.interactions.bookmark("vid")
    assert [saved.video_id for saved in bob.interactions.bookmarks().items] == ["vid"]
    bob.interactions.remove_bookmark("vid")
    assert bob.interactions.bookmarks().items == []
    shared = bob.interactions.share("vid")
    assert shared.url == f"https://clips.example.com/@-/vid?from={shared.share_id}"
    comment = bob.interactions.comment("vid", "mine")
    clients("cid").interactions.report("vid", "spam", "sells watches")
    clients("cid").interactions.report("vid", "hate", comment_id=comment.comment_id)
