"""HTTP service: whether counters are exact, for administrators, and taking a drift back."""

from functions.operations.recounts.routes import users, videos
from reelstack.web import lambda_handler, make_app

app = make_app("recounts", videos.router, users.router)
handler = lambda_handler(app)
