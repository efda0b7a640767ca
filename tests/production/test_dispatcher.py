"""The production line on real queues, leases and tables (moto); only the productions themselves are simulated."""

import json
import time
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.production import backlog, budget, dispatcher, executions, queues, retries, slots
from reelstack.production.jobs import Order
from reelstack.tables import transactions
from reelstack.tables.production import BacklogEntry, Lease, Spending, Turn
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video
from reelstack.uploads import quotas, uploads
from reelstack.uploads.errors import DailyProductionExceeded
from reelstack.uploads.new_upload import NewUpload
from reelstack.uploads.priorities import Priority
from reelstack.videos import videos
from tests.support.complete_uploads import complete_upload
from tests.support.stopped_writes import stopped

HIGH, NORMAL, LOW = Priority
SECONDS = 120


def submit(priority: Priority, owner: str = "ann") -> Upload:
    """An upload that is complete, with its event in the queue of its priority."""
    upload = complete_upload(priority, owner)
    send(priority, {"source": "aws.s3", "detail": {"object": {"key": upload.key}}})
    return upload


def send(priority: Priority, event: Any) -> None:
    body = event if isinstance(event, str) else json.dumps(event)
    seam.client("sqs").send_message(QueueUrl=queues.urls(priority)[0], MessageBody=body)


def drain(*, look: bool = True) -> int:
    return dispatcher.dispatch(time.monotonic() + SECONDS, look=look)


def running() -> list[str]:
    """Uploads in production, in the order they were started."""
    leases = sorted(slots.running(), key=lambda lease: lease.taken_at)
    return [lease.upload_id for lease in leases]


def end_one() -> str:
    """The production that runs longest ends; whoever is next starts. Returns the upload that ended."""
    first = running()[0]
    Video(f"v-{first}").update(actions=[Video.state.set("published")])
    executions.finish(f"{first}-1", "SUCCEEDED")
    time.sleep(0.002)  # leases are told apart by the millisecond they were taken in
    drain(look=False)
    return first


def set_slots(monkeypatch: pytest.MonkeyPatch, **numbers: int) -> None:
    for name, number in numbers.items():
        monkeypatch.setenv(f"REELSTACK_{name.upper()}", str(number))
    config.cache_clear()


# --- whose turn it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("low", [12, pytest.param(500, marks=pytest.mark.engines)])
def test_low_jobs_delay_a_high_one_by_no_more_than_one_jobs_time(
    aws: Config, low: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every slot is low's when the high job comes, and hundreds more of them wait."""
    set_slots(monkeypatch, production_slots=1, production_low_slots=1)
    for _ in range(low):
        submit(LOW)
    drain()
    for _ in range(5):
        end_one()
    assert backlog.numbers(LOW)[0] == low - 6
    high = submit(HIGH)
    drain()
    assert high.upload_id not in running()
    end_one()  # the job that was running: one job's time
    assert high.upload_id in running()


@pytest.mark.engines
def test_low_jobs_go_on_under_constant_high_load(aws: Config) -> None:
    lows = {submit(LOW).upload_id for _ in range(3)}
    for _ in range(4):
        submit(HIGH)
    drain()
    ended = []
    while not lows <= set(ended):
        submit(HIGH)  # as fast as they end, new ones come
        drain()
        ended.append(end_one())
        assert len(ended) <= 3 * 25, "low starves"
    assert len(ended) - len(lows) >= 3, "high did not go first"


def test_low_jobs_never_hold_more_than_their_own_slots(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    set_slots(monkeypatch, production_slots=2, production_low_slots=1)
    for _ in range(3):
        submit(LOW)
    drain()
    assert len(running()) == 1
    high = submit(HIGH)
    drain()
    assert high.upload_id in running(), "a slot was free for it at once"


def test_a_creator_with_many_uploads_does_not_hold_up_another(aws: Config) -> None:
    for _ in range(12):
        submit(NORMAL, "ann")
    drain()
    end_one()
    mine = submit(NORMAL, "bob")
    drain()
    end_one()
    assert mine.upload_id in running(), "bob came after ann's tenth, and goes after at most one more of hers"


def test_a_creator_at_the_cap_leaves_slots_for_others(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    set_slots(monkeypatch, production_slots=3, production_slots_per_creator=2)
    for _ in range(5):
        submit(NORMAL, "ann")
    drain()
    assert len(running()) == 2
    mine = submit(NORMAL, "bob")
    drain()
    assert mine.upload_id in running()


# --- redelivery, deletion, retries -----------------------------------------------------------------------------------


def test_an_order_that_waits_already_does_not_wait_twice(aws: Config) -> None:
    for _ in range(3):
        submit(NORMAL)
    last = submit(NORMAL)
    for _ in range(4):
        send(NORMAL, {"source": "aws.s3", "detail": {"object": {"key": last.key}}})
    drain()
    assert backlog.numbers(NORMAL)[0] == 2
    assert queues.count(NORMAL) == (0, 0)


def test_what_waits_long_for_its_turn_does_not_expire_meanwhile(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client told only storage that it is complete."""
    set_slots(monkeypatch, production_slots=1)
    submit(HIGH)
    drain()  # all queues are asked at once: the first that answers would have the slot
    upload = complete_upload(NORMAL, "ann")
    upload.update(actions=[Upload.state.set("open"), Upload.expires_at.set(5)])
    Video(upload.video_id).update(actions=[Video.expires_at.set(6)])
    send(NORMAL, {"source": "aws.s3", "detail": {"object": {"key": upload.key}}})
    drain()
    assert upload.upload_id not in running()
    assert (Upload.get(upload.upload_id).state, Upload.get(upload.upload_id).expires_at) == ("completed", None)
    assert Video.get(upload.video_id).expires_at is None


def test_a_video_deleted_while_it_waits_takes_no_slot(aws: Config) -> None:
    first, second, third = (submit(NORMAL) for _ in range(3))
    drain()
    videos.delete(videos.find(third.video_id))
    end_one()
    assert running() == [second.upload_id]
    assert backlog.numbers(NORMAL)[0] == 0
    assert first.upload_id not in running()


def test_an_attempt_asked_for_meanwhile_is_the_one_that_runs(aws: Config) -> None:
    upload = submit(NORMAL)
    drain()
    executions.finish(f"{upload.upload_id}-1", "FAILED")
    video = retries.request(videos.find(upload.video_id), upload.owner_id)
    send(NORMAL, Order(upload.upload_id, int(video.attempt)).to_message())
    send(NORMAL, {"source": "aws.s3", "detail": {"object": {"key": upload.key}}})  # the first event, again
    drain()
    assert [lease.execution for lease in slots.running()] == [f"{upload.upload_id}-2"]
    assert backlog.numbers(NORMAL)[0] == 0


def test_a_drainer_that_died_is_replaced_and_what_it_started_is_not_started_again(aws: Config) -> None:
    upload = submit(NORMAL)
    Turn("#dispatcher", dispatcher="dead", dispatcher_until=int(time.time()) + 60).save()
    assert drain() == 0, "somebody drains, as far as anybody knows"
    Turn("#dispatcher").update(actions=[Turn.dispatcher_until.set(int(time.time()) - 1)])
    assert drain() == 1
    assert running() == [upload.upload_id]


def test_whoever_rings_while_another_drains_is_not_forgotten(aws: Config) -> None:
    upload = submit(NORMAL)
    Turn("#dispatcher", dispatcher="busy", dispatcher_until=int(time.time()) + 60, wake_ups=7).save()
    drain()
    assert int(Turn.get("#dispatcher").wake_ups) == 8, "the other one sees that it must look again"
    assert upload.upload_id not in running()


# --- dead letters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not json", "the message is no order of ours"),
        ({"source": "aws.s3", "detail": {"object": {"key": "originals/low/nobody"}}}, "there is no such upload"),
    ],
)
def test_what_can_never_start_is_a_dead_letter_with_its_reason_at_once(aws: Config, body: Any, reason: str) -> None:
    send(LOW, body)
    assert drain() == 0
    (letter,) = queues.dead(LOW, 10)
    assert letter.reason == reason
    assert letter.died_at
    assert queues.count(LOW) == (0, 1), "looking at it leaves it there"


def test_what_cannot_start_now_is_put_off_and_at_last_a_dead_letter_that_can_be_sent_back(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = submit(NORMAL)
    right = aws.production_machine_arn
    monkeypatch.setenv("REELSTACK_PRODUCTION_MACHINE_ARN", right + "-gone")
    config.cache_clear()
    for _ in range(backlog.FAILURES):
        drain()
        assert drain(look=False) == 0, "it is left alone for a while"
        for found in BacklogEntry.query(NORMAL):
            found.update(actions=[BacklogEntry.not_before.set(0)])
    (letter,) = queues.dead(NORMAL, 10)
    assert letter.upload_id == upload.upload_id
    assert "StateMachineDoesNotExist" in letter.reason

    monkeypatch.setenv("REELSTACK_PRODUCTION_MACHINE_ARN", right)
    config.cache_clear()
    assert queues.redrive(NORMAL, 10) == 1
    drain()
    assert queues.count(NORMAL) == (0, 0)
    assert running() == [upload.upload_id]


# --- the guard -------------------------------------------------------------------------------------------------------


def test_low_work_stops_when_the_days_spend_is_reached_and_other_work_goes_on(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_slots(monkeypatch, production_slots=5, production_low_slots=5, low_microdollars_per_day=1000)
    dear = submit(NORMAL)
    drain()
    budget.reserve(f"{dear.upload_id}-1", 1500)
    assert not budget.is_stopped()
    for _ in range(2):
        executions.finish(f"{dear.upload_id}-1", "SUCCEEDED")
    today = budget.today()
    assert (today.spent_microdollars, today.productions, today.low_stopped) == (1500, 1, True)
    low, normal = submit(LOW), submit(NORMAL)
    drain()
    assert running() == [normal.upload_id]
    Spending(today.day).delete()  # the next day
    drain(look=False)
    assert low.upload_id in running()


def test_a_creator_who_has_spent_a_days_money_waits_for_tomorrow_and_others_do_not(
    aws: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_slots(
        monkeypatch,
        production_slots=9,
        production_low_slots=9,
        production_slots_per_creator=9,
        creator_microdollars_per_day=1000,
    )
    first, second, third = (submit(NORMAL) for _ in range(3))
    drain()
    budget.reserve(f"{first.upload_id}-1", 400)
    budget.reserve(f"{second.upload_id}-1", 700)
    fourth, bobs = submit(NORMAL), submit(NORMAL, "bob")
    drain()
    assert set(running()) == {one.upload_id for one in (first, second, third, bobs)}, "what runs is spent too"
    for done in (first, second, first):
        executions.finish(f"{done.upload_id}-1", "SUCCEEDED")
    assert quotas.cost_of_today("ann") == 1100, "each once"
    drain(look=False)
    assert fourth.upload_id not in running()
    assert backlog.longest_wait_seconds(NORMAL, budget.Creators([]).have_spent) == 0, "no alarm helps"
    low = submit(LOW)
    drain()
    assert low.upload_id in running(), "staff asked for it"
    with pytest.raises(DailyProductionExceeded):
        quotas.check_day("ann", 0)
    Usage("ann", quotas._today()).delete()  # the next day
    drain(look=False)
    assert fourth.upload_id in running()


def test_a_production_that_ended_reserves_nothing(aws: Config) -> None:
    budget.reserve("gone-1", 10)
    assert list(Lease.query(slots.RUNNING)) == []


def test_an_upload_says_its_priority_from_its_key(aws: Config) -> None:
    made = uploads.create(
        "ann",
        NewUpload(title="t", size_bytes=10, content_type="video/mp4"),
    )
    assert Video.get(made.video_id).priority == made.key.split("/")[1]


def test_a_spell_of_throttling_is_no_fault_of_the_orders(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long DynamoDB throttles leases: nothing is put off, and nothing becomes a dead letter."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    set_slots(monkeypatch, production_slots=1)
    for owner in ("ann", "bob", "cid"):
        submit(NORMAL, owner)
    assert drain() == 1
    set_slots(monkeypatch, production_slots=3)
    for _ in range(backlog.FAILURES):
        with stopped(*["ThrottlingException"] * transactions.ATTEMPTS) as left:
            assert drain(look=False) == 0
        assert left == []
    assert [waiting.failures for waiting in BacklogEntry.query(NORMAL)] == [None, None]
    assert queues.count(NORMAL) == (0, 0)
    assert drain(look=False) == 2
