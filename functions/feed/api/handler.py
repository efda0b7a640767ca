"""HTTP service: pages of public videos, and of those whom the caller follows."""

from functions.feed.api.routes import feed
from reelstack.web import lambda_handler, make_app

app = make_app("feed", feed.router)
handler = lambda_handler(app)
