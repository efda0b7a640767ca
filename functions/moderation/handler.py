"""HTTP service: what moderators decide."""

from reelstack.web import lambda_handler, make_app

from functions.moderation.routes import verdicts

app = make_app("moderation", verdicts.router)
handler = lambda_handler(app)
