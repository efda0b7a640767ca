"""The app's pages ask for the roles that the API does: navigation and guards go by web/src/routes.ts."""

import re
from pathlib import Path

from reelstack.web import ROLES
from tests.authorization import rows

SOURCE = Path(__file__).parent.parent.parent / "web/src"
CALL = re.compile(r"'((?:GET|PUT|POST|PATCH|DELETE) /v1/[^']+)'")
CREATOR_PAGES = ("upload",)
"""Pages that ask by roles.mayUpload, since a deployment may let everybody upload."""


def asked(page: str) -> set[str]:
    """The routes of the API that the code of one page names, its folder included."""
    files = [SOURCE / f"routes/{page}.tsx", *(SOURCE / page).glob("*.ts*")]
    return {route for file in files for route in CALL.findall(file.read_text())}


def pages() -> dict[str, str]:
    """Page -> the lowest role that its guard wants."""
    line = re.compile(r"import\('\./routes/(\w+)\.tsx'\)(?:.*role: '(\w+)')?")
    return {page: role or ROLES[0] for page, role in line.findall((SOURCE / "routes.ts").read_text())}


def test_the_roles_of_the_app_are_those_of_the_api() -> None:
    told = re.search(r"ROLES = \[(.*?)\] as const", (SOURCE / "roles.ts").read_text())
    assert told
    assert tuple(re.findall(r"'(\w+)'", told[1])) == ROLES


def test_a_page_wants_the_highest_role_that_what_it_asks_does() -> None:
    wanted = {row.route: row.role or ROLES[0] for row in rows()}
    guards = pages()
    assert {page: role for page, role in guards.items() if role != ROLES[0]} == {
        "review": "moderator",
        "operations": "admin",
    }
    for page, role in guards.items():
        of_the_api = {wanted[route] for route in asked(page)} or {ROLES[0]}
        highest = max(of_the_api, key=ROLES.index)
        assert highest == ("creator" if page in CREATOR_PAGES else role), (page, asked(page))
