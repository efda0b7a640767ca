"""Events come in batches; each is read by itself, and what is accepted is in the stream, and counted, once."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.route_rates import ROUTE_RATES
from reelstack.accounts import users
from reelstack.behavior.receipts import Receipt, sign
from reelstack.cards import answers
from reelstack.counters import counters
from reelstack.platform import aws as seam
from reelstack.platform import event_stream
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.videos import Video
from reelstack.videos import event_clips
from tests.behavior.test_client_events import EXAMPLES
from tests.cards import crowd
from tests.support.kinesis import delete_stream, make_stream
from tests.videos.test_videos import make

Call = Callable[..., Any]
MINUTE_MS = 60_000
SENT = {"SentTimestamp": "1795420800000"}


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    for name in ("ann", "bob", "cid"):
        User(name, created_at=1, handle=name).save()
    make(tags=["cats"], duration_ms=15_000)


@pytest.fixture
def stream(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    return make_stream(monkeypatch)


def event(kind: str = "play", number: int = 1, **more: Any) -> dict[str, Any]:
    made = {"id": f"01930b9e-7c00-7abc-8def-{number:012x}", "type": kind, "at": now_ms(), "video_id": "vid"}
    return {**made, **EXAMPLES[kind], **more}


def report(call: Call, *events: dict[str, Any], user: str | None = "bob", sent_at: int | None = None) -> Any:
    body = {"sent_at": now_ms() if sent_at is None else sent_at, "events": list(events)}
    return call("behavior", "POST", "/v1/events", user=user, body=body)


def receipts_of(
    call: Call, path: str = "/v1/feed/latest", service: str = "feed", user: str | None = "bob"
) -> list[str]:
    return [item["receipt"] for item in call(service, "GET", path, user=user).json["items"]]


def refusals(answer: Any) -> list[tuple[int, str]]:
    assert answer.status == 202
    return [(one["index"], one["reason"]) for one in answer.json["refused"]]


def test_a_play_of_what_the_feed_showed_says_where_it_stood_and_why(
    call: Call, stream: Callable[[], list[dict[str, Any]]]
) -> None:
    (receipt,) = receipts_of(call)
    answer = report(call, event(receipt=receipt))
    assert (answer.status, answer.json) == (202, {"accepted": 1, "refused": [], "retry": [], "kept": "all"})
    (line,) = stream()
    assert (line["viewer"], line["signed_in"], line["personalised"]) == ("bob", True, True)
    assert (line["origin"], line["source"], line["policy"], line["position"]) == ("shown", "newest", "newest", 0)
    assert (line["propensity"], line["owner_id"], line["tags"]) == (1.0, "ann", ["cats"])
    assert line["duration_ms"] == 15_000
    assert line["served_at"] <= line["at"] <= line["received_at"] <= now_ms()


def test_every_type_is_taken_and_arrives(call: Call, stream: Callable[[], list[dict[str, Any]]]) -> None:
    events = [event(kind, number) for number, kind in enumerate(EXAMPLES)]
    answer = report(call, *(one | ({"video_id": "vid"} if one["type"] == "profile_visit" else {}) for one in events))
    assert answer.json["accepted"] == len(EXAMPLES), answer.json
    assert {line["type"] for line in stream()} == set(EXAMPLES)


def test_how_a_clip_played_is_taken_of_anybody_and_counts_no_play(
    call: Call, stream: Callable[[], list[dict[str, Any]]], queued: Callable[[], list[str]]
) -> None:
    (receipt,) = receipts_of(call, user=None)
    told = event("quality", 1, receipt=receipt)
    assert report(call, told, told, user=None).json["accepted"] == 2
    first, again = stream()
    assert (first["id"], first["signed_in"], first["origin"]) == (again["id"], False, "shown")
    assert json.loads(first["extra"])["bsda"] == EXAMPLES["quality"]["bsda"]
    assert queued() == []


def test_a_profile_and_a_clip_by_its_address_give_no_receipt(call: Call) -> None:
    assert receipts_of(call, "/v1/users/ann/videos", "videos") == [None]
    assert call("videos", "GET", "/v1/videos/vid", user="bob").json["receipt"] is None


def test_what_was_opened_by_its_address_is_direct(call: Call, stream: Callable[[], list[dict[str, Any]]]) -> None:
    assert report(call, event()).json["accepted"] == 1
    (line,) = stream()
    assert (line["origin"], line["answer_id"], line["propensity"], line["owner_id"]) == ("direct", "", 0.0, "ann")


def test_receipts_of_others_old_ones_and_altered_ones_are_refused(
    call: Call, stream: Callable[[], list[dict[str, Any]]]
) -> None:
    (receipt,), (of_cid,), (of_nobody,) = (receipts_of(call, user=user) for user in ("bob", "cid", None))

    def made(at: int = 0, video_id: str = "vid", key: bytes = answers.keys()[0]) -> str:
        return sign(Receipt(video_id, "a", 0, "newest", 0, "newest", "", 1.0, now_ms() + at, ""), "bob", key)

    bad = {
        "foreign": (of_cid, "receipt-invalid"),
        "anonymous": (of_nobody, "receipt-invalid"),
        "altered": (receipt[:-2] + ("AA" if receipt[-2:] != "AA" else "BB"), "receipt-invalid"),
        "of another video": (made(video_id="other"), "receipt-invalid"),
        "forged": (made(key=b"guess"), "receipt-invalid"),
        "expired": (made(-25 * 60 * MINUTE_MS), "receipt-expired"),
        "empty": ("", "receipt-invalid"),
    }
    answer = report(
        call, *(event(number=n, receipt=text) for n, (text, _) in enumerate(bad.values())), event(number=99)
    )
    assert refusals(answer) == [(n, reason) for n, (_, reason) in enumerate(bad.values())]
    assert (answer.json["accepted"], len(stream())) == (1, 1), "one bad event does not cost the others"


def test_nobody_watches_longer_than_time_has_passed(call: Call, stream: Callable[[], list[dict[str, Any]]]) -> None:
    (receipt,) = receipts_of(call)
    far = event("progress", 1, receipt=receipt, watched_ms=60 * MINUTE_MS, at=now_ms() + 10**9)
    assert refusals(report(call, far, sent_at=0)) == [(0, "watched-too-long")]
    assert stream() == []


def test_of_what_was_opened_by_its_address_no_more_counts_than_thirty_rounds(
    call: Call, stream: Callable[[], list[dict[str, Any]]]
) -> None:
    day_ms = 24 * 60 * MINUTE_MS
    assert report(call, event("finish", 1, watched_ms=day_ms), event("skip", 2, watched_ms=9_000)).json["accepted"] == 2
    assert [line["watched_ms"] for line in stream()] == [30 * 15_000, 9_000]


@pytest.mark.parametrize("wrong_ms", [-30 * 24 * 60 * MINUTE_MS, 0, 30 * 24 * 60 * MINUTE_MS])
def test_a_phone_with_a_wrong_clock_that_was_offline(
    call: Call, stream: Callable[[], list[dict[str, Any]]], wrong_ms: int
) -> None:
    """It shows a clip, is away for ten minutes, and reports what happened nine minutes ago."""
    ago = 9 * MINUTE_MS
    report(call, event(at=now_ms() - ago + wrong_ms), sent_at=now_ms() + wrong_ms)
    (line,) = stream()
    assert abs(line["received_at"] - ago - line["at"]) < 5000


def test_videos_that_the_viewer_may_not_see_count_as_missing(call: Call) -> None:
    make("hidden", visibility="private")
    blocks.block("ann", "cid")
    assert refusals(report(call, event(video_id="hidden"), event(video_id="none"))) == [
        (0, "video-not-found"),
        (1, "video-not-found"),
    ]
    assert refusals(report(call, event(), user="cid")) == [(0, "video-not-found")]
    assert report(call, event(video_id="hidden"), user="ann").json["accepted"] == 1


def test_unknown_types_are_told_and_the_rest_is_taken(call: Call) -> None:
    answer = report(call, event() | {"type": "hologram"}, {"nonsense": True}, event(number=3))
    assert refusals(answer) == [(0, "unknown-type"), (1, "malformed")]
    assert answer.json["accepted"] == 1


def test_people_without_an_account_report_too(call: Call, stream: Callable[[], list[dict[str, Any]]]) -> None:
    (receipt,) = receipts_of(call, user=None)
    assert report(call, event(receipt=receipt), event("skip", 2, receipt=receipt), user=None).json["accepted"] == 2
    first, second = stream()
    assert (first["signed_in"], first["personalised"], first["origin"]) == (False, False, "shown")
    assert first["viewer"] == second["viewer"]
    assert first["viewer"].startswith("s:")


def test_who_does_not_want_to_be_personalised_is_marked_so(
    call: Call, stream: Callable[[], list[dict[str, Any]]]
) -> None:
    assert call("accounts", "GET", "/v1/me", user="bob").json["personalised"] is True
    assert call("accounts", "PATCH", "/v1/me", user="bob", body={"personalised": False}).json["personalised"] is False
    users.invalidate("bob")
    report(call, event())
    assert [line["personalised"] for line in stream()] == [False]


def test_half_of_a_surrogate_pair_costs_its_own_event_only(
    call: Call, stream: Callable[[], list[dict[str, Any]]]
) -> None:
    odd = [event(number=1, note="\ud800"), event(number=2) | {"id": "\ud800"}, event(number=3) | {"type": "\ud800"}]
    answer = report(call, *odd, event(number=4))
    assert refusals(answer) == [(0, "malformed"), (1, "malformed"), (2, "malformed")]
    assert answer.json["refused"][1]["id"] is None
    assert [line["id"] for line in stream()] == [event(number=4)["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": []}, "body.events"),
        ({"events": [event()] * 101}, "body.events"),
        ({"events": ["play"]}, "body.events.0"),
        ({"events": [event()], "sent_at": "now"}, "body.sent_at"),
    ],
)
def test_a_batch_without_form_is_refused_whole(call: Call, body: dict[str, Any], field: str) -> None:
    answer = call("behavior", "POST", "/v1/events", user="bob", body={"sent_at": 1, **body})
    assert answer.status == 422
    assert field in {error["field"] for error in answer.json["errors"]}


def test_what_the_stream_does_not_take_is_to_be_sent_again(
    call: Call, stream: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kinesis refuses single records of a call when a shard is full. Here it takes none: the stream is away."""
    monkeypatch.setattr(event_stream, "PAUSE_SECONDS", 0)
    delete_stream()
    answer = report(call, event(), event("skip", 2), {"nonsense": 1})
    assert answer.json["retry"] == [0, 1]
    assert (answer.json["accepted"], refusals(answer)) == (0, [(2, "malformed")])


def test_plays_are_counted_once_in_every_profile(
    call: Call, run: Callable[..., Any], queued: Callable[[], list[str]]
) -> None:
    first = report(call, event(number=1), event(number=2), event("skip", 3)).json
    assert (first["accepted"], first["kept"]) == (3, "plays")
    report(call, event(number=1), event(number=4), user="cid")
    messages = {"Records": [{"messageId": "1", "body": body, "attributes": SENT} for body in queued()]}
    for _ in range(2):
        assert run(messages) == {"batchItemFailures": []}
    assert counters.load(["vid"], consistent=True)["vid"].plays == 3
    assert call("videos", "GET", "/v1/videos/vid", user="bob").json["plays"] == 3


def test_plays_of_a_clip_that_was_deleted_meanwhile_leave_no_counter(
    call: Call, run: Callable[..., Any], queued: Callable[[], list[str]]
) -> None:
    report(call, event())
    Video("vid").update([Video.state.set("deleted")])
    event_clips._kept.clear()
    assert run({"Records": [{"messageId": "1", "body": body, "attributes": SENT} for body in queued()]}) == {
        "batchItemFailures": []
    }
    assert [one.key for one in Counter.scan()] == []


def test_of_ten_thousand_events_that_one_viewer_sends_at_once_two_thousand_are_taken_at_most(
    call: Call, stream: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten batches of a hundred in each window of two minutes (tables count): 20 where two windows touch. Two events
    stand for each hundred here."""
    rate = ROUTE_RATES["POST /v1/events"]
    rates = {**json.loads(config().rates), "POST /v1/events": [rate.at_once, rate.per_second]}
    monkeypatch.setenv(PREFIX + "RATES", json.dumps(rates))
    config.cache_clear()
    (receipt,) = receipts_of(call)
    told = [report(call, *(event("skip", 10 * n + k, receipt=receipt) for k in range(2))) for n in range(22)]
    taken = [answer.status for answer in told].count(202)
    assert 10 <= taken <= 20
    assert {answer.status for answer in told} == {202, 429}
    assert len(stream()) == 2 * taken
    assert report(call, event(number=9999), user="cid").status == 202, "others are not held up"


def test_a_receipt_that_is_used_again_gives_events_of_one_answer_and_a_replayed_event_has_its_id(
    call: Call, stream: Callable[[], list[dict[str, Any]]]
) -> None:
    """So readers can count each id, and a viewer's weight for one clip of one answer, once."""
    (receipt,) = receipts_of(call)
    for number in (1, 1, 2):
        assert report(call, event(number=number, receipt=receipt)).json["accepted"] == 1
    lines = stream()
    assert len({line["id"] for line in lines}) == 2
    assert len({(line["answer_id"], line["video_id"], line["viewer"]) for line in lines}) == 1


def test_a_batch_of_a_hundred_asks_the_tables_as_often_as_a_batch_of_one(call: Call) -> None:
    """Without a cache, as the service has none: positions are one write a clip, and all of these are of one."""
    report(call, event("skip"))
    asked = []
    for size in (1, 100):
        event_clips._kept.clear()
        with crowd.requests() as seen:
            skips = [event("skip", 100 * size + number, at=now_ms() + number) for number in range(size)]
            assert report(call, *skips).json["accepted"] == size
        asked.append(seen)
    assert asked[0] == asked[1]


def test_more_plays_than_anybody_watches_are_to_be_sent_again(call: Call, queued: Callable[[], list[str]]) -> None:
    answer = report(call, *(event(number=number) for number in range(40)), event("skip", 99)).json
    assert (answer["accepted"], answer["retry"]) == (26, list(range(25, 40)))
    (message,) = queued()
    assert len(json.loads(message)["plays"]) == 25


@pytest.fixture
def run(context: Any) -> Callable[..., Any]:
    from tests.support.functions import handler_of

    return lambda messages: handler_of("count_plays")(messages, context)


@pytest.fixture
def queued(aws: Config) -> Callable[[], list[str]]:
    def receive() -> list[str]:
        answer = seam.client("sqs").receive_message(QueueUrl=aws.plays_queue_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    return receive


@pytest.mark.parametrize(("country", "region"), [("AT", "AT"), ("at", ""), ("XX", ""), ("", ""), (None, "")])
@pytest.mark.parametrize("user", ["bob", None])
def test_an_event_says_the_country_that_the_edge_named_and_the_language_of_its_clip(
    call: Call, stream: Callable[[], list[dict[str, Any]]], user: str | None, country: str | None, region: str
) -> None:
    make(language="de", duration_ms=15_000)
    event_clips._kept.clear()
    headers = {} if country is None else {"x-viewer-country": country}
    body = {"sent_at": now_ms(), "events": [event()]}
    assert call("behavior", "POST", "/v1/events", user=user, body=body, headers=headers).json["accepted"] == 1
    assert [(one["region"], one["language"]) for one in stream()] == [(region, "de")]
