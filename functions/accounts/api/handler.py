"""HTTP service: people, their profiles and sessions, and what administrators do to accounts."""

from functions.accounts.api.routes import administration, me, password, sessions, users
from reelstack.web import lambda_handler, make_app

app = make_app("accounts", me.router, password.router, sessions.router, users.router, administration.router)
handler = lambda_handler(app)
