"""What viewers do besides watching: likes, comments, bookmarks, shares, reports. `client.interactions`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urljoin

from reelstack_client.models import Answer, Page, UserCard
from reelstack_client.room import Room
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


class Interactions(Room):
    """Doing the same again changes nothing, but for comments."""

    # --- likes -------------------------------------------------------------------------------------------------------

    def like(self, video_id: str) -> None:
        self._transport.call("PUT", f"/v1/videos/{video_id}/like")

    def unlike(self, video_id: str) -> None:
        self._transport.call("DELETE", f"/v1/videos/{video_id}/like")

    def likes(self, video_id: str) -> Likes:
        """How many there are, and whether mine is one of them."""
        return self._ask(Likes, "GET", f"/v1/videos/{video_id}/likes")

    def my_likes(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Liked]:
        """What I like, by id."""
        return self._page(Liked, "/v1/me/likes", limit, cursor, include=include)

    # --- comments ----------------------------------------------------------------------------------------------------

    def comment(self, video_id: str, text: str, *, answers: str | None = None) -> Comment:
        """Writes a comment, or a reply to the comment `answers`."""
        body = {"text": text, "answers": answers}
        return self._ask(Comment, "POST", f"/v1/videos/{video_id}/comments", body=body)

    def comments(
        self,
        video_id: str,
        order: Literal["newest", "top"] = "newest",
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> CommentPage:
        query = {"order": order, "limit": limit, "cursor": cursor}
        return self._ask(CommentPage, "GET", f"/v1/videos/{video_id}/comments", query=query)

    def replies(
        self, video_id: str, comment_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Comment]:
        """The oldest first."""
        path = f"/v1/videos/{video_id}/comments/{comment_id}/replies"
        return self._page(Comment, path, limit, cursor)

    def edit_comment(self, video_id: str, comment_id: str, text: str) -> Comment:
        path = f"/v1/videos/{video_id}/comments/{comment_id}"
        return self._ask(Comment, "PATCH", path, body={"text": text}, repeatable=True)

    def delete_comment(self, video_id: str, comment_id: str) -> None:
        """My own, or on my video; moderators any."""
        self._transport.call("DELETE", f"/v1/videos/{video_id}/comments/{comment_id}")

    def like_comment(self, video_id: str, comment_id: str) -> None:
        self._transport.call("PUT", f"/v1/videos/{video_id}/comments/{comment_id}/like")

    def unlike_comment(self, video_id: str, comment_id: str) -> None:
        self._transport.call("DELETE", f"/v1/videos/{video_id}/comments/{comment_id}/like")

    def pin(self, video_id: str, comment_id: str) -> None:
        """Shows one comment on my video before all others."""
        self._transport.call("PUT", f"/v1/videos/{video_id}/pin/{comment_id}")

    def unpin(self, video_id: str) -> None:
        self._transport.call("DELETE", f"/v1/videos/{video_id}/pin")

    # --- bookmarks, shares, reports ----------------------------------------------------------------------------------

    def bookmark(self, video_id: str) -> None:
        self._transport.call("PUT", f"/v1/videos/{video_id}/bookmark")

    def remove_bookmark(self, video_id: str) -> None:
        self._transport.call("DELETE", f"/v1/videos/{video_id}/bookmark")

    def bookmarks(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Saved]:
        """What I keep, the newest first."""
        return self._page(Saved, "/v1/me/bookmarks", limit, cursor, include=include)

    def share(self, video_id: str, channel: Channel = "link") -> Shared:
        """A link to hand on; the same one for the same channel."""
        shared = self._ask(Shared, "PUT", f"/v1/videos/{video_id}/shares/{channel}")
        return shared.model_copy(update={"url": urljoin(self._transport.edge_url, shared.url)})

    def report(self, video_id: str, reason: ReportReason, detail: str = "", *, comment_id: str | None = None) -> None:
        """Tells moderators what is wrong with a video, or with a comment on it. Once; again changes nothing."""
        thing = f"/comments/{comment_id}" if comment_id else ""
        body = {"reason": reason, "detail": detail}
        self._transport.call("PUT", f"/v1/videos/{video_id}{thing}/report", body=body)
