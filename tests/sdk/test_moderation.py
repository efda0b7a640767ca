"""The desk's part of the client: what it sends, and what it makes of the answers."""

import json
from typing import Any

import httpx
import pytest

from reelstack_client import Client, Conflict

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
VIDEO = {"video_id": "v1", "owner_id": "ann", "title": "Bunny", "state": "rejected", "appealed_at": 7}


class Answers(httpx.BaseTransport):
    """Answers each request with the next document, and remembers what was asked."""

    def __init__(self, *documents: Any, status: int = 200) -> None:
        self.documents, self.status = list(documents), status
        self.asked: list[tuple[str, str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.raw_path.decode(), body))
        return httpx.Response(self.status, json=self.documents.pop(0))


def client(answers: Answers) -> Client:
    return Client("http://edge.test", lambda: "token", http=httpx.Client(transport=answers), resume_folder=None)


def test_the_queue_is_asked_for_in_the_order_that_is_wanted() -> None:
    answers = Answers({"items": [REVIEW], "cursor": "c"})
    page = client(answers).desk.reviews("appeals", "severity", limit=5)
    assert (page.items[0].appeal, page.cursor) == ("it is mine", "c")
    assert answers.asked == [("GET", "/v1/reviews?queue=appeals&order=severity&limit=5", None)]


def test_a_claim_shows_what_there_is_to_look_at() -> None:
    answers = Answers(REVIEW)
    review = client(answers).desk.claim("v1")
    assert [item.name for item in review.evidence] == ["poster.jpg"]
    assert answers.asked == [("POST", "/v1/reviews/v1/claim", None)]


def test_takedown_and_appeal_send_their_words() -> None:
    answers = Answers(VIDEO, VIDEO)
    desk = client(answers).desk
    assert desk.take_down("v1", "not yours").state == "rejected"
    assert desk.appeal("v1", "it is mine").appealed_at == 7
    assert answers.asked == [
        ("POST", "/v1/videos/v1/takedown", {"reason": "not yours"}),
        ("POST", "/v1/videos/v1/appeal", {"text": "it is mine"}),
    ]


def test_moderation_anew_goes_on_with_the_cursor() -> None:
    answers = Answers({"looked_at": 2, "reviews": 1, "takedowns": 0, "cursor": None})
    assert client(answers).desk.remoderate(dry_run=True, cursor="c").reviews == 1
    assert answers.asked == [("POST", "/v1/remoderations", {"dry_run": True, "cursor": "c"})]


def test_a_review_that_another_holds_is_a_conflict_that_says_until_when() -> None:
    problem = {"type": "https://reelstack.dev/problems/review-held", "title": "held", "status": 409, "held_until": 9}
    with pytest.raises(Conflict) as refused:
        client(Answers(problem, status=409)).desk.claim("v1")
    assert (refused.value.type, refused.value.extra["held_until"]) == ("review-held", 9)
