"""The client's part of moderation: what it sends, and what it makes of the answers."""

import pytest

from reelstack_client import Conflict
from tests.support.client_answers import VIDEO, Answers, client

REVIEW = {
    "video_id": "v1",
    "owner_id": "ann",
    "title": "Bunny",
    "kind": "appeal",
    "labels": {"sexual": 0.7},
    "asked_at": 5,
    "appeal": "it is mine",
    "evidence": [{"name": "poster.jpg", "url": "https://storage.test/poster.jpg"}],
}


def test_the_queue_is_asked_for_in_the_order_that_is_wanted() -> None:
    answers = Answers({"items": [REVIEW], "cursor": "c"})
    page = client(answers).moderation.reviews("appeals", "severity", limit=5)
    assert (page.items[0].appeal, page.cursor) == ("it is mine", "c")
    assert answers.asked == [("GET", "/v1/reviews?queue=appeals&order=severity&limit=5", None)]


def test_a_claim_shows_what_there_is_to_look_at() -> None:
    answers = Answers(REVIEW)
    review = client(answers).moderation.claim("v1")
    assert [item.name for item in review.evidence] == ["poster.jpg"]
    assert answers.asked == [("POST", "/v1/reviews/v1/claim", None)]


def test_takedown_and_appeal_send_their_words() -> None:
    answers = Answers(VIDEO, VIDEO)
    moderation = client(answers).moderation
    assert moderation.take_down("v1", "not yours").state == "rejected"
    assert moderation.appeal("v1", "it is mine").appealed_at == 7
    assert answers.asked == [
        ("POST", "/v1/videos/v1/takedown", {"reason": "not yours"}),
        ("POST", "/v1/videos/v1/appeal", {"text": "it is mine"}),
    ]


def test_moderation_anew_goes_on_with_the_cursor() -> None:
    answers = Answers({"looked_at": 2, "reviews": 1, "takedowns": 0, "cursor": None})
    assert client(answers).moderation.remoderate(dry_run=True, cursor="c").reviews == 1
    assert answers.asked == [("POST", "/v1/remoderations", {"dry_run": True, "cursor": "c"})]


def test_a_review_that_another_holds_is_a_conflict_that_says_until_when() -> None:
    problem = {"type": "https://reelstack.dev/problems/review-held", "title": "held", "status": 409, "held_until": 9}
    with pytest.raises(Conflict) as refused:
        client(Answers(problem, status=409)).moderation.claim("v1")
    assert (refused.value.type, refused.value.extra["held_until"]) == ("review-held", 9)


def test_a_decision_is_sent_once_with_its_reason() -> None:
    answers = Answers(VIDEO)
    assert client(answers).moderation.decide("v1", "reject", "not your film").state == "rejected"
    assert answers.asked == [("POST", "/v1/videos/v1/verdict", {"verdict": "reject", "reason": "not your film"})]


def test_an_audit_log_tells_what_was_before_and_after() -> None:
    rejected = {"state": "rejected"}
    entry = {"entry_id": "e", "at": 5, "actor": "mia", "action": "decided", "before": {}, "after": rejected}
    answers = Answers({"items": [entry], "cursor": None})
    assert client(answers).moderation.audit("v1").items[0].after == rejected
    assert answers.asked == [("GET", "/v1/videos/v1/audit", None)]
