"""What viewers do besides watching: likes, comments, bookmarks, shares, reports. `client.interactions`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urljoin

from reelstack_client.methods import operation, pages
from reelstack_client.models import Answer, Page, UserCard
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Steps
from reelstack_client.videos import Include, Video

Channel = Literal["link", "message", "email", "social", "embed"]
ReportReason = Literal["spam", "sexual", "violence", "hate", "harassment", "self-harm", "minors", "copyright", "other"]


class Likes(Answer):
    video_id: str
    likes: int
    liked: bool = False


class Liked(Answer):
    video_id: str
    liked_at: str | int | float
    video: Video | None = None


class Comment(Answer):
    """Times are unix milliseconds. `state`: visible, held (only its author sees it), deleted (while it has replies)."""

    comment_id: str
    video_id: str
    author_id: str | None = None
    author: UserCard | None = None
    text: str | None = None
    mentions: tuple[str, ...] = ()
    state: str
    created_at: int
    edited_at: int | None = None
    likes: int = 0
    replies: int = 0
    liked: bool = False
    pinned: bool = False


class CommentPage(Page[Comment]):
    """May be shorter than asked for: go on until `cursor` is None."""

    pinned: Comment | None = None


class Saved(Answer):
    video_id: str
    saved_at: int
    video: Video | None = None


class Shared(Answer):
    """`url` is absolute once the client has answered."""

    video_id: str
    channel: str
    share_id: str
    shared_at: int
    url: str


class Interactions(Room[Manner]):
    """Doing the same again changes nothing, but for comments."""

    # --- likes -------------------------------------------------------------------------------------------------------

    @operation
    def like(self, video_id: str) -> Steps[None]:
        return self._do("PUT", f"/v1/videos/{video_id}/like")

    @operation
    def unlike(self, video_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/videos/{video_id}/like")

    @operation
    def likes(self, video_id: str) -> Steps[Likes]:
        """How many there are, and whether mine is one of them."""
        return self._ask(Likes, "GET", f"/v1/videos/{video_id}/likes")

    @pages
    def my_likes(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Steps[Page[Liked]]:
        """What I like, by id."""
        return self._page(Liked, "/v1/me/likes", limit, cursor, include=include)

    # --- comments ----------------------------------------------------------------------------------------------------

    @operation
    def comment(self, video_id: str, text: str, *, answers: str | None = None) -> Steps[Comment]:
        """Writes a comment, or a reply to the comment `answers`."""
        body = {"text": text, "answers": answers}
        return self._ask(Comment, "POST", f"/v1/videos/{video_id}/comments", body=body, keyed=True)

    @pages
    def comments(
        self,
        video_id: str,
        order: Literal["newest", "top"] = "newest",
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Steps[CommentPage]:
        query = {"order": order, "limit": limit, "cursor": cursor}
        return self._ask(CommentPage, "GET", f"/v1/videos/{video_id}/comments", query=query)

    @pages
    def replies(
        self, video_id: str, comment_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Steps[Page[Comment]]:
        """The oldest first."""
        path = f"/v1/videos/{video_id}/comments/{comment_id}/replies"
        return self._page(Comment, path, limit, cursor)

    @operation
    def edit_comment(self, video_id: str, comment_id: str, text: str) -> Steps[Comment]:
        path = f"/v1/videos/{video_id}/comments/{comment_id}"
        return self._ask(Comment, "PATCH", path, body={"text": text}, repeatable=True)

    @operation
    def delete_comment(self, video_id: str, comment_id: str) -> Steps[None]:
        """My own, or on my video; moderators any."""
        return self._do("DELETE", f"/v1/videos/{video_id}/comments/{comment_id}")

    @operation
    def like_comment(self, video_id: str, comment_id: str) -> Steps[None]:
        return self._do("PUT", f"/v1/videos/{video_id}/comments/{comment_id}/like")

    @operation
    def unlike_comment(self, video_id: str, comment_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/videos/{video_id}/comments/{comment_id}/like")

    @operation
    def pin(self, video_id: str, comment_id: str) -> Steps[None]:
        """Shows one comment on my video before all others."""
        return self._do("PUT", f"/v1/videos/{video_id}/pin/{comment_id}")

    @operation
    def unpin(self, video_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/videos/{video_id}/pin")

    # --- bookmarks, shares, reports ----------------------------------------------------------------------------------

    @operation
    def bookmark(self, video_id: str) -> Steps[None]:
        return self._do("PUT", f"/v1/videos/{video_id}/bookmark")

    @operation
    def remove_bookmark(self, video_id: str) -> Steps[None]:
        return self._do("DELETE", f"/v1/videos/{video_id}/bookmark")

    @pages
    def bookmarks(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Steps[Page[Saved]]:
        """What I keep, the newest first."""
        return self._page(Saved, "/v1/me/bookmarks", limit, cursor, include=include)

    @operation
    def share(self, video_id: str, channel: Channel = "link") -> Steps[Shared]:
        """A link to hand on; the same one for the same channel."""
        shared = yield from self._ask(Shared, "PUT", f"/v1/videos/{video_id}/shares/{channel}")
        return shared.model_copy(update={"url": urljoin(self._transport.edge_url, shared.url)})

    @operation
    def report(
        self, video_id: str, reason: ReportReason, detail: str = "", *, comment_id: str | None = None
    ) -> Steps[None]:
        """Tells moderators what is wrong with a video, or with a comment on it. Once; again changes nothing."""
        thing = f"/comments/{comment_id}" if comment_id else ""
        body = {"reason": reason, "detail": detail}
        return self._do("PUT", f"/v1/videos/{video_id}{thing}/report", body=body)
