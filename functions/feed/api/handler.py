"""HTTP service: pages of public videos and of those whom the caller follows, and what the caller chose for them."""

from pathlib import Path

from functions.feed.api.routes import feed, hidden, interests
from reelstack.experiments import configuration
from reelstack.feed import kept_lists
from reelstack.platform import starts
from reelstack.web import lambda_handler, make_app

kept_lists.pack_in(Path(__file__).with_name("snapshot.json"))
app = make_app("feed", feed.router, hidden.router, interests.router)
starts.before_first_answer(configuration.warm)
handler = lambda_handler(app)
