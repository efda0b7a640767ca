"""The client's social methods against the services' own handlers."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reelstack.accounts import users
from reelstack.platform.config import Config
from reelstack.tables.interactions import Comment
from reelstack_client import Client, NotAllowed
from tests.support.streams import Streams
from tests.videos.test_videos import make

Call = Callable[..., Any]


class Services(httpx.BaseTransport):
    """HTTP in, the handlers' answers out, as one user."""

    def __init__(self, call: Call, user: str, role: str) -> None:
        self.call, self.user, self.role = call, user, role

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        service = "recounts" if path.endswith("/recount") else "interactions"
        body = json.loads(request.content) if request.content else None
        answer = self.call(service, request.method, path, user=self.user, roles=(self.role,), body=body)
        return httpx.Response(answer.status, json=answer.json, headers={"content-type": answer.headers["content-type"]})


@pytest.fixture
def people(aws: Config, call: Call) -> Callable[..., Client]:
    make()

    def client(user: str, role: str = "viewer") -> Client:
        http = httpx.Client(transport=Services(call, user, role))
        return Client("https://clips.example.com", lambda: "token", http=http, resume_folder=None)

    return client


def test_a_conversation_below_a_clip(people: Callable[..., Client], context: Any) -> None:
    bob, cid, ann, streams = people("bob"), people("cid"), people("ann", "creator"), Streams(context)
    first = bob.social.comment("vid", "Nice, @ann!")
    reply = cid.social.comment("vid", "It is", answers=first.comment_id)
    cid.social.like_comment("vid", first.comment_id)
    ann.social.pin("vid", first.comment_id)
    bob.social.edit_comment("vid", first.comment_id, "Very nice, @ann!")
    streams.flow()
    page = cid.social.comments("vid", "top")
    assert [(one.text, one.likes, one.replies, one.liked) for one in page.items] == [("Very nice, @ann!", 1, 1, True)]
    assert page.pinned is not None
    assert page.pinned.comment_id == first.comment_id
    assert [one.comment_id for one in bob.social.replies("vid", first.comment_id).items] == [reply.comment_id]
    with pytest.raises(NotAllowed):
        bob.social.delete_comment("vid", reply.comment_id)
    cid.social.unlike_comment("vid", first.comment_id)
    ann.social.unpin("vid")
    ann.social.delete_comment("vid", reply.comment_id)
    streams.flow()
    page = cid.social.comments("vid")
    assert (page.pinned, page.items[0].likes, page.items[0].replies) == (None, 0, 0)


def test_a_clip_is_kept_shared_and_reported(people: Callable[..., Client]) -> None:
    bob = people("bob")
    bob.social.bookmark("vid")
    assert [saved.video_id for saved in bob.social.bookmarks().items] == ["vid"]
    bob.social.remove_bookmark("vid")
    assert bob.social.bookmarks().items == []
    shared = bob.social.share("vid")
    assert shared.url == f"https://clips.example.com/?v=vid&from={shared.share_id}"
    comment = bob.social.comment("vid", "mine")
    people("cid").social.report("vid", "spam", "sells watches")
    people("cid").social.report("vid", "hate", comment_id=comment.comment_id)


def test_admins_recount(people: Callable[..., Client], context: Any) -> None:
    bob, streams = people("bob"), Streams(context)
    bob.like("vid")
    said = bob.social.comment("vid", "one")
    bob.social.like_comment("vid", said.comment_id)
    bob.social.bookmark("vid")
    bob.social.share("vid")
    streams.flow()
    found = people("ada", "admin").recount("vid")
    assert (found.state, set(found.counted.values())) == ("exact", {1})
    assert set(found.counted) == {"likes", "comments", "shares", "bookmarks"}
    found = people("ada", "admin").recount("vid", comment_id=said.comment_id)
    assert (found.state, found.counted) == ("exact", {"likes": 1, "replies": 0})
    next(iter(Comment.scan())).delete()
    assert people("ada", "admin").recount("vid", repair=True).state == "drifted"
    users.meet("bob")
    assert people("ada", "admin").recount_user("bob").counted == {"followers": 0, "following": 0, "requested": 0}
    for refused in (lambda: bob.recount("vid"), lambda: bob.recount_user("bob")):
        with pytest.raises(NotAllowed):
            refused()
