"""HTTP service: behavior events from clients."""

from functions.behavior.api.routes import events
from reelstack.web import lambda_handler, make_app

app = make_app("behavior", events.router)
handler = lambda_handler(app)
