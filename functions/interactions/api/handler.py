"""HTTP service: what viewers do with videos and comments, and what moderators do about comments."""

from functions.interactions.api.routes import bookmarks, comment_queue, comments, likes, reports, shares
from reelstack.web import lambda_handler, make_app

app = make_app(
    "interactions",
    likes.router,
    comments.router,
    comment_queue.router,
    bookmarks.router,
    shares.router,
    reports.router,
)
handler = lambda_handler(app)
