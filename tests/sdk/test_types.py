"""What type checkers make of the two clients. `make check` has mypy and pyright read this, both strict."""

from collections.abc import AsyncGenerator, Coroutine, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import pytest

from reelstack_client import AsyncClient, Client, Comment, CommentPage, Page, Upload, Video
from reelstack_client.behavior import EventQueue
from reelstack_client.notifications import Notification
from reelstack_client.room import Awaiting, Blocking

if TYPE_CHECKING:

    def blocking(client: Client) -> None:
        assert_type(client.videos.get("v"), Video)
        assert_type(client.uploads.upload(Path("clip.mp4"), title="Clip"), Upload)
        assert_type(client.videos.list(limit=5), Page[Video])
        assert_type(client.videos.list.each(include="playback"), Generator[Video])
        assert_type(client.interactions.comments("v", "top"), CommentPage)
        assert_type(client.interactions.comments.each("v"), Generator[Comment])
        assert_type(client.notifications.listen(since=0), Generator[Notification])
        assert_type(client.behavior.queue(), EventQueue[Blocking])
        assert_type(client.behavior.queue().flush(), int)
        client.videos.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        client.videos.edit("v", titel="Clip")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

    async def awaiting(client: AsyncClient) -> None:
        waiting = assert_type(client.videos.get("v"), Coroutine[Any, Any, Video])
        assert_type(await waiting, Video)
        assert_type(await client.uploads.upload(Path("clip.mp4"), title="Clip"), Upload)
        assert_type(await client.videos.list(limit=5), Page[Video])
        assert_type(client.videos.list.each(include="playback"), AsyncGenerator[Video])
        assert_type(await client.interactions.comments("v", "top"), CommentPage)
        assert_type(client.interactions.comments.each("v"), AsyncGenerator[Comment])
        assert_type(client.notifications.listen(since=0), AsyncGenerator[Notification])
        assert_type(client.behavior.queue(), EventQueue[Awaiting])
        assert_type(await client.behavior.queue().flush(), int)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_methods_keep_their_names_and_words(kind: type[Client | AsyncClient]) -> None:
    client = kind("http://edge.test", resume_folder=None)
    assert client.videos.get.__name__ == "get"
    assert client.videos.list.__doc__ == "My videos, in whatever state they are."
