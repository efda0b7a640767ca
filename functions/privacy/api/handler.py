"""HTTP service: what people may have done with all their data: exported, and erased."""

from functions.privacy.api.routes import account_deletion, exports
from reelstack.web import lambda_handler, make_app

app = make_app("privacy", exports.router, account_deletion.router)
handler = lambda_handler(app)
