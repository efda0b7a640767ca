"""HTTP service: what a user is told of what others did, how, and about whom not."""

from functions.notifications.api.routes import devices, inbox, preferences
from reelstack.web import lambda_handler, make_app

app = make_app("notifications", inbox.router, preferences.router, devices.router)
handler = lambda_handler(app)
