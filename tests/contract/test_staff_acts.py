"""Whatever moderators and administrators do is in the audit log: every route of theirs, by its rightful caller."""

from collections.abc import Callable
from typing import Any

import pytest

from cli import openapi
from reelstack.accounts import users
from reelstack.interactions import comment_ids, comment_ranking
from reelstack.interactions.comments import CommentQueue
from reelstack.moderation import review_queue
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, config
from reelstack.privacy import account_deletion
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Comment
from reelstack.tables.moderation import AuditEntry, Review
from reelstack.tables.videos import Video
from tests.contract.test_authorization import SERVICE
from tests.support.world import original_kept
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
COMMENT = "1795420800000-3f2a9c01d4e7"
PATH = f"/v1/videos/vid/comments/{COMMENT}"
MIA = {"user": "mia", "roles": ("moderator",)}
WHY = {"reason": "spam"}
REMOVAL = "DELETE /v1/videos/{video_id}/comments/{comment_id}"
"""Everybody's route, and an act when a moderator takes out what another wrote."""
RETRY = "POST /v1/videos/{video_id}/retry"
"""Everybody's, and an act when it is an administrator's of another's video."""
ACTS = {name: str(rule.requires.role) for name, rule in openapi.rules().items() if rule.is_act}
ACTS |= {REMOVAL: "moderator", RETRY: "admin"}
REBUILD = "POST /v1/search/reindex"
BODIES: dict[str, Any] = {
    "POST /v1/videos/{video_id}/comments/{comment_id}/verdict": {"verdict": "reject"},
    "POST /v1/videos/{video_id}/verdict": {"verdict": "reject", "reason": "seen"},
    "POST /v1/videos/{video_id}/takedown": WHY,
    "POST /v1/users/{user_id}/suspend": WHY,
    "POST /v1/users/{user_id}/restore": WHY,
    "POST /v1/users/{user_id}/delete": WHY,
    "POST /v1/users/{user_id}/recover": WHY,
    REBUILD: {"kind": "videos"},
}
"""Where an empty one is not enough."""


def review_opened(user_id: str) -> None:
    Review("vid", owner_id="ann", queue="reviews", kind="reports", attempt=1, asked_at=1, urgency=1).save()


def review_claimed(user_id: str) -> None:
    review_opened(user_id)
    review_queue.claim("vid", "staff")


def production_failed(user_id: str) -> None:
    Video("vid").update([Video.state.set("failed")])


def user_suspended(user_id: str) -> None:
    User(user_id).update([User.suspended_at.set(2)])


def user_deleted(user_id: str) -> None:
    account_deletion.delete(user_id, "spam", "staff")


def original_there(user_id: str) -> None:
    original_kept()


BEFORE: dict[str, Callable[[str], None]] = {
    "POST /v1/videos/{video_id}/produce": original_there,
    "POST /v1/reviews/{video_id}/claim": review_opened,
    "DELETE /v1/reviews/{video_id}/claim": review_claimed,
    "POST /v1/videos/{video_id}/verdict": review_opened,
    RETRY: production_failed,
    "POST /v1/users/{user_id}/restore": user_suspended,
    "POST /v1/users/{user_id}/recover": user_deleted,
}
"""What there must be to do it to, besides a published video, a comment and a user."""


@pytest.fixture
def bob(call: Call, monkeypatch: pytest.MonkeyPatch) -> str:
    """A viewer's id, in a user pool; and a published video, below which his comment was reported."""
    cognito = seam.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    for role in ("creator", "viewer"):
        cognito.create_group(UserPoolId=pool_id, GroupName=role)
    made = cognito.admin_create_user(UserPoolId=pool_id, Username="bob", MessageAction="SUPPRESS")
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="bob", GroupName="viewer")
    monkeypatch.setenv(f"{PREFIX}USER_POOL_ID", pool_id)
    config.cache_clear()
    user_id = next(str(a["Value"]) for a in made["User"]["Attributes"] if a["Name"] == "sub")
    users.find_or_create(user_id)
    make(labels={"sexual": 0.99})
    commented(user_id)
    return user_id


def commented(author_id: str) -> None:
    Comment(
        comment_ids.thread_of("vid", COMMENT),
        COMMENT,
        video_id="vid",
        author_id=author_id,
        text="secret",
        state="visible",
        created_at=1,
        rank=comment_ranking.rank(0, COMMENT),
        queue=CommentQueue.REPORTED,
        reports=1,
    ).save()


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {REBUILD}))
def test_every_act_of_staff_leaves_an_entry_that_names_who_did_it(call: Call, bob: str, act: str) -> None:
    is_noted(call, bob, act)


def test_rebuilding_an_index_leaves_an_entry_too(call: Call, bob: str, engine: str) -> None:
    is_noted(call, bob, REBUILD)


def is_noted(call: Call, bob: str, act: str) -> None:
    if act in BEFORE:
        BEFORE[act](bob)
    before = {entry.entry_id for entry in AuditEntry.scan()}
    role = "viewer" if act.startswith("DELETE") else "creator"
    method, path = act.format(video_id="vid", user_id=bob, comment_id=COMMENT, role=role).split(" ")
    body = BODIES.get(act, {} if method == "POST" else None)
    answer = call(SERVICE[act], method, path, user="staff", roles=(ACTS[act],), body=body)
    assert answer.status < 300, answer.json
    written = [entry for entry in AuditEntry.scan() if entry.entry_id not in before]
    expected = "policy" if act == "POST /v1/remoderations" else "staff"
    assert [entry.actor for entry in written] == [expected]
    assert "secret" not in str([entry.attribute_values for entry in written]), "what is removed is gone"


@pytest.mark.parametrize(("verdict", "action"), [("approve", "comment-approved"), ("reject", "comment-rejected")])
def test_a_verdict_on_a_comment_is_in_the_log_of_its_video_once(
    call: Call, bob: str, verdict: str, action: str
) -> None:
    answers = [call("interactions", "POST", f"{PATH}/verdict", body={"verdict": verdict}, **MIA) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 409 if verdict == "approve" else 404]
    told = {"comment_id": COMMENT, "author_id": bob, "state": "visible", "queue": "reported", "reports": 1}
    assert [(e.actor, e.action, e.before) for e in AuditEntry.query("video:vid")] == [("mia", action, told)]


def test_a_verdict_that_is_not_noted_is_not_given(call: Call, bob: str) -> None:
    seam.client("dynamodb").delete_table(TableName=config().audit_table)
    assert call("interactions", "POST", f"{PATH}/verdict", body={"verdict": "reject"}, **MIA).status == 500
    assert call("interactions", "GET", PATH).json["text"] == "secret"


@pytest.mark.parametrize("author", ["mia", "ann"])
def test_authors_and_owners_removing_a_comment_is_no_act_of_staff(call: Call, bob: str, author: str) -> None:
    commented("mia")
    roles = ("moderator",) if author == "mia" else ("creator",)
    assert call("interactions", "DELETE", PATH, user=author, roles=roles).status == 204
    assert not list(AuditEntry.scan())


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_nobody_judges_a_comment_of_their_own(call: Call, bob: str, verdict: str) -> None:
    commented("mia")
    answer = call("interactions", "POST", f"{PATH}/verdict", body={"verdict": verdict}, **MIA)
    assert problem(answer) == (403, "own-comment")
    assert call("interactions", "GET", "/v1/comments/pending?queue=reported", **MIA).json["items"]
