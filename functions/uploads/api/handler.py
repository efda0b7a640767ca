"""HTTP service: uploads straight to storage."""

from functions.uploads.api.routes import uploads, uppy
from reelstack.web import lambda_handler, make_app

app = make_app("uploads", uploads.router, uppy.router)
handler = lambda_handler(app)
