"""HTTP service: pages of public videos and of those whom the caller follows, and what the caller chose for them."""

from functions.feed.api.routes import feed, hidden, interests
from reelstack.web import lambda_handler, make_app

app = make_app("feed", feed.router, hidden.router, interests.router)
handler = lambda_handler(app)
