"""The moderators' queue, and moderation anew: through the handlers, with moto's tables."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.moderation import decisions, review_queue
from reelstack.platform.config import Config, config
from reelstack.tables.moderation import AuditEntry, Review
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video
from reelstack.videos import videos
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
MIA = {"user": "mia", "roles": ("moderator",)}
MAX = {"user": "max", "roles": ("moderator",)}
ADA = {"user": "ada", "roles": ("admin",)}


def ask(video_id: str, score: float = 0.7, asked_at: int | None = None) -> None:
    """The video's production waits for a person."""
    make(video_id, state="processing")
    upload_id = f"up-{video_id}"
    Claim(upload_id, video_id=video_id, attempt=1, started=True, claimed_at=1).save()
    Lease("production", f"{upload_id}-1", upload_id=upload_id, taken_at=1).save()
    labels = {"sexual": score, "graphic": 0.1}
    decisions.ask(video_id, 1, labels, {"prefix": f"v/{video_id}/1/"})
    if asked_at is not None:
        Review(video_id).update(
            [Review.asked_at.set(asked_at), Review.urgency.set(review_queue.urgency(labels, asked_at))]
        )


def listed(call: Call, query: str = "") -> list[str]:
    """Ids of a whole queue, two at a time."""
    seen, cursor = [], ""
    while True:
        page = call("moderation", "GET", f"/v1/reviews?limit=2{query}{cursor}", **MIA).json
        seen += [item["video_id"] for item in page["items"]]
        if page["cursor"] is None:
            return seen
        cursor = f"&cursor={page['cursor']}"


def claim(call: Call, video_id: str = "vid", method: str = "POST", **who: Any) -> Any:
    return call("moderation", method, f"/v1/reviews/{video_id}/claim", **who)


def decide(call: Call, verdict: str, video_id: str = "vid", **who: Any) -> Any:
    body = {"verdict": verdict, "reason": "seen"}
    return call("moderation", "POST", f"/v1/videos/{video_id}/verdict", body=body, **who)


def hold_ends(video_id: str = "vid") -> None:
    Review(video_id).update(actions=[Review.held_until.set(videos.now_ms() - 1)])


# --- the queue -------------------------------------------------------------------------------------------------------


def test_the_queue_is_read_oldest_first_or_worst_first(aws: Config, call: Call) -> None:
    for video_id, score, asked_at in (
        ("a", 0.7, 300),
        ("b", 0.9, 200),
        ("c", 0.7, 100),
        ("d", 0.8, 400),
        ("e", 0.9, 50),
    ):
        ask(video_id, score, asked_at)
    assert listed(call) == ["e", "c", "b", "a", "d"]
    assert listed(call, "&order=severity") == ["e", "b", "d", "c", "a"]
    assert listed(call, "&queue=appeals") == []


def test_a_step_that_runs_again_asks_once(aws: Config, call: Call) -> None:
    ask("vid")
    assert not decisions.ask("vid", 1, {"sexual": 0.7}, {})
    assert [entry.action for entry in AuditEntry.query("video:vid")] == ["asked"]
    decide(call, "approve", **MIA)
    assert not decisions.ask("vid", 1, {"sexual": 0.7}, {})
    assert listed(call) == [], "the answer is there already"


def test_the_next_attempt_asks_anew(aws: Config, call: Call) -> None:
    ask("vid")
    decide(call, "approve", **MIA)
    Video("vid").update(actions=[Video.attempt.set(2), Video.state.set("processing")])
    Claim("up-vid", video_id="vid", attempt=2, started=True, claimed_at=1).save()
    assert decisions.ask("vid", 2, {"sexual": 0.7}, {"prefix": "v/vid/2/"})
    assert listed(call) == ["vid"]


def test_two_moderators_do_not_look_at_one_clip(aws: Config, call: Call) -> None:
    ask("vid")
    held = claim(call, **MIA).json
    assert (held["held_by"], held["state"], held["evidence"]) == ("mia", "review", [])
    assert claim(call, **MIA).status == 200, "again, for longer"
    refused = claim(call, **MAX)
    assert problem(refused) == (409, "review-held")
    assert refused.json["held_until"] >= held["held_until"]
    assert problem(decide(call, "approve", **MAX)) == (409, "review-held")
    assert decide(call, "approve", **MIA).status == 200
    assert Claim.get("up-vid").decided_by == "mia"


def test_a_forgotten_claim_comes_back_by_itself(aws: Config, call: Call) -> None:
    ask("vid")
    claim(call, **MIA)
    hold_ends()
    assert claim(call, **MAX).json["held_by"] == "max"
    assert problem(decide(call, "approve", **MIA)) == (409, "review-held")


def test_a_claim_is_given_back_by_its_holder_or_an_admin(aws: Config, call: Call) -> None:
    ask("vid")
    claim(call, **MIA)
    assert problem(claim(call, method="DELETE", **MAX)) == (409, "review-held")
    assert [claim(call, method="DELETE", **MIA).status for _ in range(2)] == [204, 204]
    claim(call, **MIA)
    assert claim(call, method="DELETE", **ADA).status == 204
    assert claim(call, **MAX).status == 200


def test_nobody_judges_a_video_of_their_own(aws: Config, call: Call) -> None:
    ask("vid")
    who = {"user": "ann", "roles": ("moderator",)}
    assert problem(claim(call, **who)) == (403, "own-video")
    assert problem(decide(call, "approve", **who)) == (403, "own-video")
    assert Claim.get("up-vid").decision is None


def test_an_answered_review_is_out_of_the_queue(aws: Config, call: Call) -> None:
    ask("vid")
    claim(call, **MIA)
    decide(call, "reject", **MIA)
    assert listed(call) == []
    assert problem(claim(call, **MAX)) == (409, "already-decided")
    assert problem(claim(call, method="DELETE", **MIA)) == (409, "already-decided")
    assert problem(decide(call, "reject", **MAX)) == (409, "already-decided")


# --- the audit log ---------------------------------------------------------------------------------------------------


def test_the_log_says_who_did_what_when_and_why(aws: Config, call: Call) -> None:
    ask("vid")
    claim(call, **MIA)
    decide(call, "reject", **MIA)
    first = call("moderation", "GET", "/v1/videos/vid/audit?limit=2", **MAX).json
    rest = call("moderation", "GET", f"/v1/videos/vid/audit?limit=2&cursor={first['cursor']}", **MAX).json
    deeds = first["items"] + rest["items"]
    assert [(deed["actor"], deed["action"]) for deed in deeds] == [
        ("machine", "asked"),
        ("mia", "claimed"),
        ("mia", "decided"),
    ]
    assert (deeds[2]["reason"], deeds[2]["after"]) == ("seen", {"verdict": "reject"})
    assert deeds[2]["before"]["labels"] == {"sexual": 0.7, "graphic": 0.1}
    assert [deed["at"] for deed in deeds] == sorted(deed["at"] for deed in deeds)


def test_a_deed_that_does_not_happen_is_not_logged_and_an_entry_is_never_overwritten(aws: Config) -> None:
    make()
    refused = Change(item=Video("vid"), actions=[Video.title.set("x")], condition=Video.state == "deleted")
    noted = audit_log.entry("vid", "mia", "tried", "")
    assert not audit_log.commit(noted, refused)
    allowed = Change(item=Video("vid"), actions=[Video.title.set("x")], condition=Video.state == "published")
    assert audit_log.commit(noted, allowed)
    noted.reason = "something else"
    assert not audit_log.commit(noted, allowed)
    assert [(entry.action, entry.reason) for entry in AuditEntry.query("video:vid")] == [("tried", None)]


# --- moderation anew --------------------------------------------------------------------------------------------------


@pytest.fixture
def stricter(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thresholds as a deployment would set them."""
    limits = {"sexual": {"review": 0.3, "reject": 0.6}, "graphic": {"review": 0.5, "reject": 0.9}}
    monkeypatch.setenv("REELSTACK_MODERATION_THRESHOLDS", json.dumps(limits))
    config.cache_clear()


def remoderate(call: Call, **body: Any) -> dict[str, int]:
    """Sums over all pages."""
    sums, cursor = {"looked_at": 0, "reviews": 0, "takedowns": 0}, None
    while True:
        answer = call(
            "moderation", "POST", "/v1/remoderations", body={"limit": 2, "cursor": cursor, **body}, **ADA
        ).json
        sums = {name: sums[name] + answer[name] for name in sums}
        if (cursor := answer["cursor"]) is None:
            return sums


@pytest.fixture
def catalogue(aws: Config) -> None:
    for video_id, score in (("mild", 0.1), ("open", 0.4), ("bad", 0.7)):
        make(video_id, labels={"sexual": score, "graphic": 0.1, "profanity": 1.0})
    make("unpublished", state="failed", labels={"sexual": 0.9})


def states() -> dict[str, str]:
    return {video.video_id: video.state for video in Video.scan()}


def test_stored_scores_are_judged_by_the_thresholds_of_now(stricter: None, catalogue: None, call: Call) -> None:
    expected = {"looked_at": 3, "reviews": 1, "takedowns": 1}
    assert remoderate(call, dry_run=True) == expected
    assert states() == {"mild": "published", "open": "published", "bad": "published", "unpublished": "failed"}
    assert remoderate(call) == expected
    assert states() == {"mild": "published", "open": "review", "bad": "rejected", "unpublished": "failed"}
    assert Video.get("bad").reason == "policy-changed"
    assert [item["video_id"] for item in call("feed", "GET", "/v1/feed/latest", user="bob").json["items"]] == ["mild"]
    assert listed(call) == ["open"]
    (noted,) = AuditEntry.query("video:bad")
    assert (noted.actor, noted.action, noted.reason) == ("policy", "taken-down", "sexual 0.7")
    assert remoderate(call) == {"looked_at": 1, "reviews": 0, "takedowns": 0}, "twice is once"


def test_what_a_policy_put_to_review_is_published_again_by_a_person_where_it_was(
    stricter: None, catalogue: None, call: Call
) -> None:
    remoderate(call)
    assert problem(call("videos", "GET", "/v1/videos/open", user="bob")) == (409, "video-processing")
    assert decide(call, "approve", "open", **MIA).json["state"] == "published"
    video = Video.get("open")
    assert (int(video.published_at), int(video.shard)) == (5, videos.shard_of("open"))
    assert remoderate(call)["reviews"] == 0, "a person has seen it"


def test_what_a_policy_put_to_review_is_rejected_by_a_person(stricter: None, catalogue: None, call: Call) -> None:
    remoderate(call)
    assert decide(call, "reject", "open", **MIA).json["state"] == "rejected"
    video = Video.get("open")
    assert (video.reason, video.rejected_by, video.reason_detail) == ("policy-changed", "mia", "seen")


def test_what_a_person_approved_goes_before_a_person_again_at_most(stricter: None, catalogue: None, call: Call) -> None:
    for video_id in ("open", "bad"):
        Review(video_id, owner_id="ann", kind="production", attempt=1, asked_at=1, urgency=1, decision="approve").save()
    assert remoderate(call) == {"looked_at": 3, "reviews": 1, "takedowns": 0}
    assert states()["open"] == "published"
    assert states()["bad"] == "review"
