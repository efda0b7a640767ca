"""What moderators and administrators read names people: owners, holders, reporters and actors, not their ids alone."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack import audit_log
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from tests.moderation.test_review_queue import ADA, MAX, MIA, ask, claim
from tests.videos.test_videos import make

Call = Callable[..., Any]
Asked = Callable[[str, str, dict[str, Any]], Any]


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    for name in ("ann", "bob", "mia"):
        User(name, created_at=1, handle=name, display_name=name.title()).save()


@pytest.fixture
def asked(call: Call) -> Asked:
    return lambda service, path, who: call(service, "GET", path, **who).json


def handles(cards: list[dict[str, Any] | None]) -> list[str | None]:
    return [card and card["handle"] for card in cards]


def test_a_review_names_its_author_and_who_holds_it(call: Call, asked: Asked) -> None:
    ask("vid")
    (waiting,) = asked("moderation", "/v1/reviews", MAX)["items"]
    assert (handles([waiting["author"]]), waiting["holder"]) == (["ann"], None)
    claimed = claim(call, **MIA).json
    (listed,) = asked("moderation", "/v1/reviews", MAX)["items"]
    for review in (claimed, listed, asked("moderation", "/v1/reviews/vid", MAX)):
        assert handles([review["author"], review["holder"]]) == ["ann", "mia"]
        assert (review["owner_id"], review["held_by"]) == ("ann", "mia")


def test_the_log_of_a_video_names_people_and_nobody_for_machines(call: Call, asked: Asked) -> None:
    ask("vid")
    claim(call, **MIA)
    entries = asked("moderation", "/v1/videos/vid/audit", MAX)["items"]
    assert [entry["actor"] for entry in entries] == ["machine", "mia"]
    assert handles([entry["actor_user"] for entry in entries]) == [None, "mia"]
    assert [entry["subject_user"] for entry in entries] == [None, None]


def test_the_log_of_an_account_names_it_though_it_is_suspended(asked: Asked) -> None:
    User("bob").update([User.suspended_at.set(1)])
    audit_log.commit(audit_log.entry("bob", "mia", "suspended", "spam", kind=audit_log.Kind.USER))
    (entry,) = asked("accounts", "/v1/users/bob/audit", ADA)["items"]
    assert handles([entry["actor_user"], entry["subject_user"]]) == ["mia", "bob"]


def test_staff_are_not_told_the_name_of_a_deleted_account(asked: Asked) -> None:
    ask("vid")
    User("mia").update([User.deleted_at.set(1)])
    audit_log.note("video:vid", "mia", "seen", {})
    (_, entry) = asked("moderation", "/v1/videos/vid/audit", MAX)["items"]
    assert (entry["actor_user"]["id"], entry["actor_user"]["display_name"]) == ("mia", "")
    assert handles([entry["actor_user"]]) == [None]


def test_a_report_names_who_wrote_it(call: Call, asked: Asked) -> None:
    make()
    call("interactions", "PUT", "/v1/videos/vid/report", user="bob", body={"reason": "spam"})
    (report,) = asked("interactions", "/v1/videos/vid/reports", MIA)["items"]
    assert (report["reporter_id"], report["reporter"]["handle"]) == ("bob", "bob")
