"""HTTP service: what to watch next."""

from functions.feed.api.routes import feed
from reelstack.web import lambda_handler, make_app

app = make_app("feed", feed.router)
handler = lambda_handler(app)
