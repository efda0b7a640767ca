"""HTTP service: what viewers do with videos."""

from functions.interactions.routes import likes
from reelstack.web import lambda_handler, make_app

app = make_app("interactions", likes.router)
handler = lambda_handler(app)
