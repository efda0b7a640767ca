"""What a page costs: as many requests to tables for fifty items as for one, and one batched read of each table."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from reelstack.platform.config import Config
from reelstack.tables.model import deployed
from tests.cards import crowd

Call = Callable[..., Any]
LISTS = [
    ("feed", "/v1/feed/latest", "eve"),
    ("feed", "/v1/feed/latest?include=playback", "eve"),
    ("feed", "/v1/feed/following", "eve"),
    ("videos", "/v1/videos", "p07"),
    ("videos", "/v1/users/p07/videos", "eve"),
    ("interactions", "/v1/me/likes?include=playback", "eve"),
    ("interactions", "/v1/me/bookmarks?include=playback", "eve"),
    ("interactions", "/v1/videos/vid/likers", "ann"),
    ("interactions", "/v1/videos/vid/comments", "eve"),
    ("interactions", "/v1/videos/vid/comments?order=top", "eve"),
    ("interactions", f"/v1/videos/vid/comments/{crowd.THREAD}/replies", "eve"),
    ("social", "/v1/users/ann/followers", "eve"),
    ("social", "/v1/users/eve/following", "eve"),
    ("social", "/v1/me/follow-requests", "eve"),
    ("social", "/v1/me/blocks", "zoe"),
    ("notifications", "/v1/me/notifications", "eve"),
    ("notifications", "/v1/me/mutes", "eve"),
    ("moderation", "/v1/reviews", "mia"),
    ("moderation", "/v1/reviews?order=severity", "mia"),
    ("moderation", "/v1/videos/vid/audit", "mia"),
    ("accounts", "/v1/users/ann/audit", "ada"),
    ("interactions", "/v1/videos/vid/reports", "mia"),
    ("interactions", f"/v1/videos/vid/comments/{crowd.THREAD}/reports", "mia"),
    ("interactions", "/v1/comments/pending", "mia"),
]
STAFF = {"mia": ("moderator",), "ada": ("admin",)}
ONE_OWNER = ("/v1/videos", "/v1/users/p07/videos")
"""Lists of one person's things, of whom the crowd has not many."""

NAMES_SOMETHING = ("/v1/users/", "/v1/videos/", "/v1/me/notifications")
CHECKED_FIRST = {"BatchGetItem blocks_table", "BatchGetItem users_table"}
"""Read once more by the check whether the account or the videos that a list is about are there for the viewer."""


@pytest.fixture
def ask(aws: Config, call: Call) -> Callable[..., tuple[int, Counter[str]]]:
    crowd.gather()

    def run(service: str, path: str, user: str, limit: int) -> tuple[int, Counter[str]]:
        who = {"user": user} | ({"roles": STAFF[user]} if user in STAFF else {})
        call(service, "GET", path, **who)  # from here on the process knows the caller's session
        with crowd.requests() as seen:
            answer = call(service, "GET", f"{path}{'&' if '?' in path else '?'}limit={limit}", **who)
        assert answer.status == 200, answer.json
        return len(answer.json["items"]), seen

    return run


def readable(service: str) -> set[str]:
    """The tables that the service's role may read, by its line in the catalogue."""
    (line,) = (line for line in FUNCTIONS if line.name == service)
    return {deployed(model).field for model in line.reads if not isinstance(model, str)}


@pytest.mark.usefixtures("aws")
def test_a_page_of_fifty_costs_as_many_requests_as_a_page_of_one(ask: Any) -> None:
    for service, path, user in LISTS:
        (few, for_few), (many, for_many) = ask(service, path, user, 1), ask(service, path, user, 50)
        expected = 1 if path in ONE_OWNER else 30 if path.startswith(("/v1/feed/following", "/v1/users/eve")) else 50
        assert (few, many) == (1, expected), path
        if for_few != for_many:  # a busy machine: what a process knows for some seconds had to be read again
            (_, for_few), (_, for_many) = ask(service, path, user, 1), ask(service, path, user, 50)
        assert for_few == for_many, path
        tables = {name.split()[1] for name in for_many if name.startswith(("BatchGetItem", "GetItem", "Query"))}
        assert tables <= readable(service), f"{path}: infra/catalogue/ grants no more"
        twice = {name for name, times in for_many.items() if name.startswith("BatchGetItem") and times > 1}
        assert twice <= (CHECKED_FIRST if path.startswith(NAMES_SOMETHING) else set()), path
