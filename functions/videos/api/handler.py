"""HTTP service: videos, where they play, and health."""

from functions.videos.api.routes import health, videos
from reelstack.web import lambda_handler, make_app

app = make_app("videos", health.router, videos.router, videos.theirs)
handler = lambda_handler(app)
