"""HTTP service: uploads straight to storage."""

from reelstack.web import lambda_handler, make_app

from functions.uploads.routes import uploads

app = make_app("uploads", uploads.router)
handler = lambda_handler(app)
