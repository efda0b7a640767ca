"""HTTP service: the production line, for those who run it."""

from functions.operations.api.routes import production, reencodes
from reelstack.web import lambda_handler, make_app

app = make_app("operations", production.router, reencodes.router)
handler = lambda_handler(app)
