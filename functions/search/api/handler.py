"""HTTP service: finding people and videos, and building the index anew."""

from functions.search.api.routes import reindex, search
from reelstack.web import lambda_handler, make_app

app = make_app("search", search.router, reindex.router)
handler = lambda_handler(app)
