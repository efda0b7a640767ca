"""HTTP service: the production line and the counters, for those who run them."""

from functions.operations.routes import line, recounts, remakes
from reelstack.web import lambda_handler, make_app

app = make_app("operations", line.router, remakes.router, recounts.router)
handler = lambda_handler(app)
