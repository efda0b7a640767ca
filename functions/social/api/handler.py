"""HTTP service: follows, requests to follow, and blocks."""

from functions.social.api.routes import blocks, follows, requests
from reelstack.web import lambda_handler, make_app

app = make_app("social", follows.router, requests.router, blocks.router)
handler = lambda_handler(app)
