"""HTTP service: what moderators decide."""

from functions.moderation.routes import verdicts
from reelstack.web import lambda_handler, make_app

app = make_app("moderation", verdicts.router)
handler = lambda_handler(app)
