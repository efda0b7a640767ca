"""HTTP service: what to watch next."""

from reelstack.web import lambda_handler, make_app

from functions.feed.routes import feed

app = make_app("feed", feed.router)
handler = lambda_handler(app)
