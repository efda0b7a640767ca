"""HTTP service: uploads straight to storage."""

from functions.uploads.routes import uploads
from reelstack.web import lambda_handler, make_app

app = make_app("uploads", uploads.router)
handler = lambda_handler(app)
