"""HTTP service: what viewers do with videos."""

from reelstack.web import lambda_handler, make_app

from functions.interactions.routes import likes

app = make_app("interactions", likes.router)
handler = lambda_handler(app)
