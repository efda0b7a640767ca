"""HTTP service: videos, how they are watched and how they are."""

from reelstack.web import lambda_handler, make_app

from functions.videos.routes import health, videos

app = make_app("videos", health.router, videos.router)
handler = lambda_handler(app)
