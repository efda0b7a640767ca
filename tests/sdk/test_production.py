"""The client's part of production: what it sends, and what it makes of the answers."""

from tests.support.client_answers import VIDEO, Answers, client

LETTER = {"priority": "low", "message_id": "m", "reason": "too large", "died_at": "2026-06-01", "body": "{}"}


def test_the_status_is_handed_on_as_it_is() -> None:
    answers = Answers({"running": 2, "slots": 8})
    assert client(answers).production.status() == {"running": 2, "slots": 8}
    assert answers.asked == [("GET", "/v1/production", None)]


def test_dead_letters_are_shown_and_redriven_by_priority() -> None:
    answers = Answers({"items": [LETTER]}, {"moved": {"low": 1}})
    production = client(answers).production
    assert [letter.reason for letter in production.dead_letters("low")] == ["too large"]
    assert production.redrive("low") == {"low": 1}
    assert answers.asked == [
        ("GET", "/v1/production/dead-letters?priority=low", None),
        ("POST", "/v1/production/redrive", {"priority": "low"}),
    ]


def test_a_video_or_a_page_of_videos_is_made_anew() -> None:
    answers = Answers(VIDEO, {"asked": ["v1"], "seen": 3, "cursor": "c"})
    production = client(answers).production
    production.produce("v1", ["hevc-720"])
    assert production.reencode(without_codec="hevc", limit=3).cursor == "c"
    assert answers.asked == [
        ("POST", "/v1/videos/v1/produce", {"renditions": ["hevc-720"], "priority": "normal"}),
        (
            "POST",
            "/v1/production/reencode",
            {"without_codec": "hevc", "before": None, "limit": 3, "cursor": None},
        ),
    ]
