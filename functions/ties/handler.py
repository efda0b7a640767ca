"""HTTP service: who follows whom, and who wants nothing to do with whom."""

from functions.ties.routes import blocks, follows, requests
from reelstack.web import lambda_handler, make_app

app = make_app("ties", follows.router, requests.router, blocks.router)
handler = lambda_handler(app)
