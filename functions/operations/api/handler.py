"""HTTP service: the production line, for those who run it."""

from functions.operations.api.routes import line, remakes
from reelstack.web import lambda_handler, make_app

app = make_app("operations", line.router, remakes.router)
handler = lambda_handler(app)
