"""HTTP service: what moderators look at and decide, what creators say against it."""

from functions.moderation.api.routes import reviews, takedowns, verdicts
from reelstack.web import lambda_handler, make_app

app = make_app("moderation", reviews.router, verdicts.router, takedowns.router)
handler = lambda_handler(app)
