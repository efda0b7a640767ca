"""HTTP service: people, their profiles and sessions, and what administrators do to accounts."""

from functions.accounts.api.routes import accounts, me, people, sessions
from reelstack.web import lambda_handler, make_app

app = make_app("accounts", me.router, sessions.router, people.router, accounts.router)
handler = lambda_handler(app)
