"""HTTP service: videos, where they play, their pages, and health."""

from functions.videos.api.routes import analytics, archive, counts, health, pages, videos
from reelstack.web import lambda_handler, make_app

app = make_app(
    "videos",
    health.router,
    analytics.router,
    archive.router,
    counts.router,
    videos.router,
    videos.theirs,
    pages.pages,
    pages.router,
)
handler = lambda_handler(app)
