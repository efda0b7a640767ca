"""Every route says whether it can wait while the service is overloaded, in code and in docs/degradation.md alike."""

import re
from pathlib import Path

from cli.openapi import rules
from infra.catalogue import FUNCTIONS

PAGE = Path(__file__).parent.parent.parent / "docs/degradation.md"
ROUTE = re.compile(r"`((?:GET|PUT|POST|PATCH|DELETE) /v1[^`]*)`")
NEVER = ("/v1/feed", "/v1/uploads", "/v1/events", "/v1/health", "/v1/me/sessions", "/v1/me/password")
"""Whatever is below these is done at every level."""
NEVER_ENDING = ("/playback", "/report", "/like", "/takedown", "/verdict", "/block")


def told(column: int) -> list[str]:
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("|")]
    return [route for row in rows if len(row) == 5 for route in ROUTE.findall(row[column])]


def test_the_page_names_each_route_once_as_the_code_declares_it() -> None:
    known = rules()
    can_wait, never = told(2), told(3)
    assert sorted(can_wait + never) == sorted(known)
    assert set(can_wait) == {name for name, rule in known.items() if not rule.core}


def test_watching_uploads_sign_ins_hides_and_reports_are_never_refused() -> None:
    for name, rule in rules().items():
        path = rule.route.path
        if path.startswith(NEVER) or path.endswith(NEVER_ENDING):
            assert rule.core, name


def test_no_route_of_the_feeds_service_is_refused() -> None:
    """The edge takes a 503 of it for a failed deployment, and asks the other one."""
    (feed,) = [line for line in FUNCTIONS if line.name == "feed"]
    assert all(rules()[name].core for name in feed.routes)
