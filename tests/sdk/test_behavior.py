"""The client's part of behavior: what waits on disk until it is taken."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelstack.behavior import client_events
from reelstack_client import EventQueue, Taken, Video, behavior
from reelstack_client.behavior import RefusedEvent, event_id
from reelstack_client.blocking import BlockingRunner
from reelstack_client.errors import Invalid, NotSignedIn, Unreachable
from reelstack_client.room import Blocking
from reelstack_client.steps import Steps, working
from tests.support.client_answers import VIDEO, Answers, client

Report = Callable[[Sequence[dict[str, Any]]], Taken]


class Service:
    """Remembers what it took. `answer` decides about each batch."""

    def __init__(self, answer: Report = lambda events: Taken(accepted=len(events))) -> None:
        self.answer = answer
        self.batches: list[list[dict[str, Any]]] = []

    def __call__(self, events: Sequence[dict[str, Any]]) -> Taken:
        answer = self.answer(events)
        self.batches.append(list(events))
        return answer


def waiting(folder: Path, report: Report) -> EventQueue[Blocking]:
    def steps(events: Sequence[dict[str, Any]]) -> Steps[Taken]:
        return working(lambda: report(events))

    return EventQueue[Blocking](BlockingRunner(httpx.Client()), folder, steps)


def away(_events: Sequence[dict[str, Any]]) -> Taken:
    raise Unreachable("no network")


def test_a_clip_of_the_feed_brings_its_receipt_and_is_sent_in_the_form_of_the_schema(tmp_path: Path) -> None:
    answers = Answers({"accepted": 2, "refused": [], "retry": [], "kept": "all"})
    queue = client(answers).behavior.queue(tmp_path)
    video = Video.model_validate(VIDEO | {"receipt": "1.abc.def"})
    view = queue.add("play", video, muted=True)
    queue.add("skip", video, view_id=view, watched_ms=900, position_ms=900)
    assert (queue.flush(), len(queue)) == (0, 0)
    ((method, path, body),) = answers.asked
    assert (method, path) == ("POST", "/v1/events")
    events = [client_events.read(event) for event in client_events.Batch.model_validate(body).events]
    assert [event.receipt for event in events] == ["1.abc.def"] * 2
    assert events[1].view_id == events[0].id


def test_ids_are_of_version_7_and_rise() -> None:
    ids = [event_id() for _ in range(3)]
    assert all(re.fullmatch(client_events.UUID7, one) for one in ids)
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)


def test_without_a_network_everything_waits_also_for_the_next_process(tmp_path: Path) -> None:
    queue = waiting(tmp_path, away)
    queue.add("play", "vid")
    assert queue.flush() == 1
    service = Service()
    assert waiting(tmp_path, service).flush() == 0
    assert [event["type"] for event in service.batches[0]] == ["play"]


def test_what_the_service_wants_again_stays_and_what_it_refuses_goes(tmp_path: Path) -> None:
    service = Service(
        lambda events: Taken(accepted=1, refused=(RefusedEvent(index=0, reason="malformed"),), retry=(2, 100, -4))
    )
    queue = waiting(tmp_path, service)
    ids = sorted(queue.add("play", "vid") for _ in range(3))
    assert queue.flush() == 1
    service.answer = lambda events: Taken(accepted=len(events))
    assert queue.flush() == 0
    assert [event["id"] for event in service.batches[-1]] == [ids[2]]


def test_a_batch_that_is_refused_whole_is_sent_one_by_one(tmp_path: Path) -> None:
    def answer(events: Sequence[dict[str, Any]]) -> Taken:
        if any(event["video_id"] == "bad" for event in events):
            raise Invalid(422, "invalid-request", "no", "", {})
        return Taken(accepted=len(events))

    queue = waiting(tmp_path, service := Service(answer))
    for name in ("good", "bad", "fine"):
        queue.add("play", name)
    assert queue.flush() == 0
    assert sorted(event["video_id"] for batch in service.batches for event in batch) == ["fine", "good"]


def test_of_a_spoiled_batch_no_more_is_sent_once_the_service_is_away(tmp_path: Path) -> None:
    asked: list[int] = []

    def answer(events: Sequence[dict[str, Any]]) -> Taken:
        asked.append(len(events))
        if len(events) > 1:
            raise Invalid(422, "invalid-request", "no", "", {})
        if len(asked) > 2:
            raise Unreachable("no network")
        return Taken(accepted=1)

    queue = waiting(tmp_path, answer)
    for name in ("a", "b", "c", "d"):
        queue.add("play", name)
    assert queue.flush() == 3
    assert asked == [4, 1, 1]


def test_a_sign_in_that_has_ended_costs_no_event(tmp_path: Path) -> None:
    def signed_out(_events: Sequence[dict[str, Any]]) -> Taken:
        raise NotSignedIn(401, "token-invalid", "sign in", "", {})

    queue = waiting(tmp_path, service := Service(signed_out))
    for name in ("one", "two"):
        queue.add("play", name)
        with pytest.raises(NotSignedIn):
            queue.flush()
    service.answer = lambda events: Taken(accepted=len(events))
    assert queue.flush() == 0
    assert sorted(event["video_id"] for event in service.batches[0]) == ["one", "two"]


def test_a_full_queue_loses_the_oldest_progress_first_and_then_how_clips_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behavior, "MOST_KEPT", 4)
    queue = waiting(tmp_path, service := Service())
    clock = iter(range(10**12, 10**12 + 100))
    monkeypatch.setattr(behavior, "_now_ms", lambda: next(clock))
    for kind in ("play", "quality", "progress", "progress", "finish", "play", "play"):
        queue.add(kind, "vid")  # type: ignore[arg-type]
    assert queue.flush() == 0
    assert [event["type"] for event in service.batches[0]] == ["play", "finish", "play", "play"]
    assert json.dumps(service.batches)
