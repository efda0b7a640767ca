"""Cards of comments: each with its author."""

from collections.abc import Iterable

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.interactions import comment_listings
from reelstack.interactions.comment_listings import CommentView
from reelstack.tables.interactions import Comment


class CommentCard(CommentView):
    author: UserCard | None
    """Null of a deleted comment."""


def one(comment: Comment, viewer_id: str | None) -> CommentCard:
    """Of one comment, whatever its state."""
    (card,) = of([comment_listings.view(comment, viewer_id)], viewer_id)
    return card


def of(shown: Iterable[CommentView], viewer_id: str | None) -> list[CommentCard]:
    """The cards of a page, in its order."""
    page = list(shown)
    authors = user_cards.of((one.author_id for one in page if one.author_id), viewer_id)
    return [CommentCard(**one.model_dump(), author=authors.get(one.author_id or "")) for one in page]
